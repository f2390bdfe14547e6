using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Core.Cluster;

/// <summary>Building and reading of cluster objects as JSON trees; never text templates, so nothing can be injected.</summary>
public static class Manifest
{
    /// <summary>Field manager of everything the portal applies.</summary>
    public const string FieldManager = "mlops-portal";

    /// <summary>Label on every object: its row's kind, for example <c>Project</c>.</summary>
    public const string KindLabel = "mlops-portal/kind";

    /// <summary>Label on every object: the id of its row.</summary>
    public const string IdLabel = "mlops-portal/id";

    private const string ManagedByLabel = "app.kubernetes.io/managed-by";

    /// <summary>An object with the labels that every object of ours carries.</summary>
    /// <param name="type">Kind and version.</param>
    /// <param name="ns">Namespace, or null for cluster-scoped kinds.</param>
    /// <param name="owner">Kind and id of the row that it carries out.</param>
    public static JsonObject Create(ResourceType type, string? ns, string name, ReconcileOwner owner)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (ns is not null)
            metadata["namespace"] = ns;
        metadata["labels"] = new JsonObject
        {
            [ManagedByLabel] = FieldManager,
            [KindLabel] = owner.Kind,
            [IdLabel] = owner.Id.ToString("D"),
        };
        return new JsonObject { ["apiVersion"] = type.ApiVersion, ["kind"] = type.Kind, ["metadata"] = metadata };
    }

    /// <summary>Adds a label.</summary>
    /// <exception cref="ArgumentException">No API server would take it: what people typed belongs into an annotation.</exception>
    public static JsonObject WithLabel(this JsonObject manifest, string key, string value) =>
        MetadataRules.IsLabelValue(value) ? manifest.WithMeta("labels", key, value)
            : throw new ArgumentException($"'{value}' is no label value.", nameof(value));

    /// <summary>Adds an annotation. Its value may be what a person wrote; see <see cref="MetadataRules.Text"/>.</summary>
    public static JsonObject WithAnnotation(this JsonObject manifest, string key, string value) =>
        manifest.WithMeta("annotations", key, MetadataRules.Text(value));

    /// <summary>Sets a top-level field such as <c>spec</c>.</summary>
    public static JsonObject With(this JsonObject manifest, string field, JsonNode? value)
    {
        manifest[field] = value;
        return manifest;
    }

    /// <summary>Follows property names; null as soon as one is absent.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            node = node is JsonObject o ? o[name] : null;
        return node;
    }

    /// <summary>The text at a path, or null.</summary>
    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value ? value.ToString() : null;

    /// <summary>The time at a path, or null.</summary>
    public static DateTimeOffset? Time(this JsonNode? node, params ReadOnlySpan<string> path) =>
        DateTimeOffset.TryParse(node.Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    /// <summary>The array at a path, empty where absent.</summary>
    public static IEnumerable<JsonNode> Items(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray array ? array.OfType<JsonNode>() : [];

    /// <summary>The object's name.</summary>
    public static string Name(this JsonNode manifest) => manifest.Text("metadata", "name") ?? "";

    /// <summary>The row that an object carries out, or null for one that is not ours.</summary>
    public static ReconcileOwner? Owner(this JsonNode manifest) =>
        manifest.At("metadata", "labels") is JsonObject labels
        && labels[KindLabel]?.ToString() is { } kind && Guid.TryParse(labels[IdLabel]?.ToString(), out var id)
            ? new ReconcileOwner(kind, id) : null;

    /// <summary>
    /// True for an object that carries out the row: it names it, or names none since somebody took a label off what the portal has
    /// applied under its name.
    /// </summary>
    public static bool IsOf(this JsonNode manifest, ReconcileOwner owner) => manifest.Owner() == owner
        || (manifest.Owner() is null && manifest.Text("metadata", "labels", IdLabel) is var id && (id is null || id == owner.Id.ToString("D"))
            && manifest.Text("metadata", "labels", ManagedByLabel) == FieldManager
            && manifest.Text("metadata", "annotations", ClusterWriter.AppliedAnnotation) is not null);

    /// <summary>True when the object is being deleted.</summary>
    public static bool IsGoing(this JsonNode manifest) => manifest.Text("metadata", "deletionTimestamp") is not null;

    private static JsonObject WithMeta(this JsonObject manifest, string part, string key, string value)
    {
        if (!MetadataRules.IsKey(key))
            throw new ArgumentException($"'{key}' is no key of a label or annotation.", nameof(key));
        var metadata = manifest["metadata"]!.AsObject();
        if (metadata[part] is not JsonObject map)
            metadata[part] = map = [];
        map[key] = value;
        return manifest;
    }
}

/// <summary>The row that an object in the cluster carries out; also the key of the work queue.</summary>
/// <param name="Kind">Entity name, for example <c>Notebook</c>.</param>
/// <param name="Id">The row's id.</param>
public readonly record struct ReconcileOwner(string Kind, Guid Id);

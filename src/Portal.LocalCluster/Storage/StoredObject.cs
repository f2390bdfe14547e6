using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Storage;

/// <summary>
/// One object as it was written: its JSON once as bytes, and beside it what lists, selectors and owners ask for, so that
/// reading many objects parses none of them. Immutable.
/// </summary>
public sealed class StoredObject
{
    private static readonly Dictionary<string, string> NoLabels = [];

    private StoredObject()
    {
    }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string Uid { get; init; }

    public required long Version { get; init; }

    /// <summary>UTF-8, beginning with kind and apiVersion.</summary>
    public required byte[] Json { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>The values of the kind's selectable fields, in their order.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>The uids in ownerReferences.</summary>
    public required IReadOnlyList<string> Owners { get; init; }

    public required bool Deleting { get; init; }

    public string Key => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";

    /// <summary>A copy of the tree, the caller's own.</summary>
    public JsonObject Read() => ObjectText.Parse(Json);

    public static StoredObject From(JsonObject tree, ResourceType type, long version)
    {
        tree["apiVersion"] = type.GroupVersion;
        tree.Ensure("metadata")["resourceVersion"] = version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Of(tree, type, version, ObjectText.Write(tree));
    }

    public static StoredObject Load(byte[] json, ResourceType type, long version) => Of(ObjectText.Parse(json), type, version, json);

    private static StoredObject Of(JsonObject tree, ResourceType type, long version, byte[] json) => new()
    {
        Namespace = tree.Namespace() ?? "",
        Name = tree.Name(),
        Uid = tree.Uid(),
        Version = version,
        Json = json,
        Labels = tree.Map("metadata", "labels") is { Count: > 0 } labels
            ? labels.ToDictionary(label => label.Key, label => label.Value.AsText() ?? "")
            : NoLabels,
        Fields = type.SelectableFields.Count == 0 ? [] : [.. type.SelectableFields.Select(path => type.SelectableValue?.Invoke(tree, path) ?? FieldText(tree.At(path.Split('.'))))],
        Owners = tree.Items("metadata", "ownerReferences") is { Count: > 0 } owners
            ? [.. owners.OfType<JsonObject>().Select(owner => owner.Text("uid") ?? "")]
            : [],
        Deleting = tree.IsDeleting(),
    };

    private static string FieldText(JsonNode? node) => node.AsText() ?? node?.ToJsonString() ?? "";
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Machinery;

/// <summary>What the server itself keeps in metadata, and what nobody may change there.</summary>
internal static class ObjectMetadata
{
    private const string NameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    private static readonly string[] StandardFinalizers = ["kubernetes", Deletion.Foreground, Deletion.Orphan];

    private static readonly string[] ServerOwned = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName"];

    public static string Time(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Suffix() => RandomNumberGenerator.GetString(NameAlphabet, 5);

    public static void ForCreate(ResourceType type, string? ns, JsonObject tree, DateTimeOffset now)
    {
        var metadata = tree.Ensure("metadata");
        if (type.Namespaced)
        {
            if (metadata.Text("namespace") is { Length: > 0 } named && named != ns)
                throw Refusals.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
            metadata["namespace"] = ns;
        }
        else
        {
            metadata.Remove("namespace");
        }
        if (metadata.Text("resourceVersion") is { Length: > 0 } and not "0")
            throw new ApiException(400, "BadRequest", "resourceVersion should not be set on objects to be created");
        foreach (var owned in (ReadOnlySpan<string>)["resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "uid"]) metadata.Remove(owned);
        if (string.IsNullOrEmpty(metadata.Text("name")) && metadata.Text("generateName") is { Length: > 0 } prefix)
            metadata["name"] = (prefix.Length > 58 ? prefix[..58] : prefix) + Suffix();
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Time(now);
    }

    /// <summary>Refuses a change of another object than is meant, or of an older state of it.</summary>
    public static void CheckSame(ResourceType type, StoredObject present, JsonObject old, JsonObject tree)
    {
        var version = tree.Text("metadata", "resourceVersion");
        if (!string.IsNullOrEmpty(version) && version != "0" && version != old.Text("metadata", "resourceVersion")) throw Refusals.Modified(type, present.Name);
        if (tree.Uid() is { Length: > 0 } uid && uid != present.Uid)
        {
            throw Refusals.Conflict(
                type, present.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {present.Uid}");
        }
    }

    public static void ForChange(JsonObject old, JsonObject tree)
    {
        var (before, metadata) = (old.Ensure("metadata"), tree.Ensure("metadata"));
        foreach (var field in ServerOwned)
        {
            if (before[field] is { } value) metadata[field] = value.DeepClone();
            else metadata.Remove(field);
        }
        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "resourceVersion"])
        {
            if (before[field] is { } value) metadata[field] = value.DeepClone();
        }
        metadata.Remove("selfLink");
        foreach (var field in (ReadOnlySpan<string>)["labels", "annotations", "finalizers", "ownerReferences"])
        {
            if (metadata[field] is null or JsonObject { Count: 0 } or JsonArray { Count: 0 }) metadata.Remove(field);
        }
    }

    /// <summary>kind and apiVersion first (lists of built-in kinds cut them off), then metadata.</summary>
    public static void Order(ResourceType type, JsonObject tree)
    {
        var metadata = tree["metadata"];
        tree.Remove("metadata");
        tree.Remove("kind");
        tree.Remove("apiVersion");
        tree.Insert(0, "kind", type.Kind);
        tree.Insert(1, "apiVersion", type.GroupVersion);
        tree.Insert(2, "metadata", metadata);
    }

    /// <summary>Equal but for the times at which managers last wrote.</summary>
    public static bool Same(JsonObject old, JsonObject tree)
    {
        if (JsonNode.DeepEquals(old, tree)) return true;
        return JsonNode.DeepEquals(WithoutTimes(old), WithoutTimes(tree));
    }

    public static void Validate(ResourceType type, JsonObject tree, JsonObject? old, Causes causes)
    {
        if (old is null) Names.Check(type, tree, causes);
        Names.CheckLabels(tree.Map("metadata", "labels"), "metadata.labels", causes);
        Names.CheckAnnotations(tree.Map("metadata", "annotations"), causes);
        CheckFinalizers(type, tree, causes);
        CheckOwners(tree, causes);
        if (old is not null && old.IsDeleting())
        {
            var known = (old.Items("metadata", "finalizers") ?? []).Select(item => item.AsText()).ToHashSet(StringComparer.Ordinal);
            var added = (tree.Items("metadata", "finalizers") ?? []).Select(item => item.AsText()).Where(item => !known.Contains(item)).ToList();
            if (added.Count > 0)
            {
                var why = "no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                    + string.Join(", ", added.Select(item => $"\"{item}\"")) + "}";
                causes.Forbidden("metadata.finalizers", why);
                causes.Forbidden("metadata.finalizers", why); // the real server finds it twice and names it twice
            }
        }
    }

    private static void CheckFinalizers(ResourceType type, JsonObject tree, Causes causes)
    {
        var finalizers = tree.Items("metadata", "finalizers") ?? [];
        for (var i = 0; i < finalizers.Count; i++)
        {
            var (name, at) = (finalizers[i].AsText() ?? "", $"metadata.finalizers[{i}]");
            if (StandardFinalizers.Contains(name, StringComparer.Ordinal)) continue;
            Names.CheckKey(name, at, causes);
            // The server of custom resources and their definitions knows no standard ones.
            if (!type.Custom && type.Group != "apiextensions.k8s.io" && !name.Contains('/', StringComparison.Ordinal)) causes.Invalid(at, name, "name is neither a standard finalizer name nor is it fully qualified");
        }
    }

    private static void CheckOwners(JsonObject tree, Causes causes)
    {
        const string Path = "metadata.ownerReferences";
        var owners = (tree.Items("metadata", "ownerReferences") ?? []).OfType<JsonObject>().ToList();
        foreach (var owner in owners)
        {
            foreach (var (field, what) in (ReadOnlySpan<(string, string)>)[("apiVersion", "version"), ("kind", "kind"), ("name", "name"), ("uid", "uid")])
            {
                if (string.IsNullOrEmpty(owner.Text(field))) causes.Invalid($"{Path}.{field}", "", $"{what} must not be empty");
            }
        }
        var controllers = owners.Where(owner => owner.Flag("controller") == true).Take(2).Select(owner => owner.Text("name")).ToList();
        if (controllers.Count > 1)
        {
            causes.Invalid(Path, tree.At("metadata", "ownerReferences"),
                $"Only one reference can have Controller set to true. Found \"true\" in references for {controllers[0]} and {controllers[1]}");
        }
    }

    private static JsonObject WithoutTimes(JsonObject tree)
    {
        var copy = (JsonObject)tree.DeepClone();
        foreach (var entry in copy.Items("metadata", "managedFields") ?? []) (entry as JsonObject)?.Remove("time");
        return copy;
    }
}

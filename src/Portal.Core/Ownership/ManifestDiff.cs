using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Ownership;

/// <summary>What differs between two states of an object, field by field; what a server keeps for itself is left out. Pure.</summary>
public static class ManifestDiff
{
    private static readonly string[] Bookkeeping = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];

    /// <summary>The fields that differ, in the order of the newer state.</summary>
    public static IReadOnlyList<FieldChange> Between(JsonObject before, JsonObject after)
    {
        var (old, next) = (Leaves(before), Leaves(after));
        return
        [
            .. next.Where(f => !old.TryGetValue(f.Key, out var was) || was != f.Value).Select(f => new FieldChange(f.Key, old.GetValueOrDefault(f.Key), f.Value)),
            .. old.Where(f => !next.ContainsKey(f.Key)).Select(f => new FieldChange(f.Key, f.Value, null)),
        ];
    }

    /// <summary>The fields of <paramref name="wanted"/> that stand in <paramref name="seen"/> with another value, or not at all.</summary>
    public static IReadOnlyList<FieldChange> Missing(JsonObject seen, JsonObject wanted)
    {
        var there = Leaves(seen);
        return [.. Leaves(wanted).Where(f => !there.TryGetValue(f.Key, out var was) || was != f.Value)
            .Select(f => new FieldChange(f.Key, f.Value, there.GetValueOrDefault(f.Key)))];
    }

    /// <summary>The object without what a server keeps for itself, to be read by people.</summary>
    public static JsonObject Plain(JsonObject manifest)
    {
        var plain = manifest.DeepClone().AsObject();
        plain.Remove("status");
        if (plain["metadata"] is JsonObject metadata)
        {
            foreach (var name in Bookkeeping)
                metadata.Remove(name);
            if (metadata["annotations"] is JsonObject annotations && annotations.Remove(ClusterWriter.AppliedAnnotation) && annotations.Count == 0)
                metadata.Remove("annotations");
        }
        return plain;
    }

    private static Dictionary<string, string> Leaves(JsonObject manifest)
    {
        var leaves = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect("", Plain(manifest), leaves);
        return leaves;
    }

    private static void Collect(string path, JsonNode? node, Dictionary<string, string> leaves)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (key, value) in fields)
                    Collect(path.Length == 0 ? key : $"{path}.{key}", value, leaves);
                break;
            case JsonArray items:
                foreach (var (at, item) in items.Index())
                    Collect($"{path}[{item.Text("name") ?? at.ToString(System.Globalization.CultureInfo.InvariantCulture)}]", item, leaves);
                break;
            default:
                leaves[path] = node?.ToString() ?? "";
                break;
        }
    }
}

/// <summary>A field with two values.</summary>
/// <param name="Path">For example <c>spec.hard.pods</c>; an item of a list by its name where it has one.</param>
/// <param name="Before">Null where it was absent.</param>
/// <param name="After">Null where it goes.</param>
public sealed record FieldChange(string Path, string? Before, string? After);

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>Reading fields of an object without a cascade of casts; null when a field is absent or of another type.</summary>
public static class ObjectFields
{
    public static JsonNode? At(this JsonObject tree, params ReadOnlySpan<string> path)
    {
        JsonNode? node = tree;
        foreach (var step in path)
        {
            if (node is not JsonObject parent || !parent.TryGetPropertyValue(step, out node)) return null;
        }
        return node;
    }

    public static JsonObject? Map(this JsonObject tree, params ReadOnlySpan<string> path) => At(tree, path) as JsonObject;

    public static JsonArray? Items(this JsonObject tree, params ReadOnlySpan<string> path) => At(tree, path) as JsonArray;

    public static string? Text(this JsonObject tree, params ReadOnlySpan<string> path) => At(tree, path).AsText();

    public static bool? Flag(this JsonObject tree, params ReadOnlySpan<string> path) =>
        At(tree, path) is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    public static long? Whole(this JsonObject tree, params ReadOnlySpan<string> path) => At(tree, path).AsWhole();

    public static string? AsText(this JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static long? AsWhole(this JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number) return null;
        if (value.TryGetValue(out long whole)) return whole;
        if (value.TryGetValue(out int small)) return small;
        return value.TryGetValue(out double real) && real == Math.Floor(real) && Math.Abs(real) < 1e15 ? (long)real : null;
    }

    /// <summary>The object at this path, put there when it is absent or null.</summary>
    public static JsonObject Ensure(this JsonObject tree, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            if (tree[step] is not JsonObject child) tree[step] = child = [];
            tree = child;
        }
        return tree;
    }

    public static string Name(this JsonObject tree) => tree.Text("metadata", "name") ?? "";

    public static string? Namespace(this JsonObject tree) => tree.Text("metadata", "namespace");

    public static string Uid(this JsonObject tree) => tree.Text("metadata", "uid") ?? "";

    public static string Kind(this JsonObject tree) => tree.Text("kind") ?? "";

    public static string? Label(this JsonObject tree, string key) => tree.Text("metadata", "labels", key);

    public static string? Annotation(this JsonObject tree, string key) => tree.Text("metadata", "annotations", key);

    public static bool IsDeleting(this JsonObject tree) => tree.Text("metadata", "deletionTimestamp") is not null;

    /// <summary>The owner marked as controller, if any.</summary>
    public static JsonObject? ControllerOwner(this JsonObject tree) =>
        tree.Items("metadata", "ownerReferences")?.OfType<JsonObject>().FirstOrDefault(owner => owner.Flag("controller") == true);
}

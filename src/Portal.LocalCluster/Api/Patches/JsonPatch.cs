using System.Globalization;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api.Patches;

/// <summary>RFC 6902.</summary>
internal static class JsonPatch
{
    public static JsonObject Apply(JsonObject target, JsonNode? patch)
    {
        if (patch is not JsonArray operations)
            throw Refusals.BadRequest("error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp");
        JsonNode? root = target;
        foreach (var operation in operations.OfType<JsonObject>())
        {
            var path = Steps(operation.Text("path"));
            switch (operation.Text("op"))
            {
                case "add":
                    root = Add(root, path, operation["value"]?.DeepClone());
                    break;
                case "remove":
                    Remove(root, path);
                    break;
                case "replace":
                    root = Replace(root, path, operation["value"]?.DeepClone());
                    break;
                case "move":
                    var from = Steps(operation.Text("from"));
                    var moved = Find(root, from)?.DeepClone();
                    Remove(root, from);
                    root = Add(root, path, moved);
                    break;
                case "copy":
                    root = Add(root, path, Find(root, Steps(operation.Text("from")))?.DeepClone());
                    break;
                case "test":
                    if (!JsonNode.DeepEquals(Find(root, path, orNull: true), operation["value"])) throw Failed();
                    break;
                default:
                    throw Failed();
            }
        }
        return root as JsonObject ?? throw Failed();
    }

    private static ApiException Failed() => new(422, "Invalid", "the server rejected our request due to an error in our request", []);

    private static string[] Steps(string? pointer)
    {
        if (pointer is null || (pointer.Length > 0 && pointer[0] != '/')) throw Failed();
        return [.. pointer.Split('/').Skip(1).Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
    }

    private static JsonNode? Find(JsonNode? root, ReadOnlySpan<string> steps, bool orNull = false)
    {
        var node = root;
        foreach (var step in steps)
        {
            switch (node)
            {
                case JsonObject map when map.TryGetPropertyValue(step, out var value):
                    node = value;
                    break;
                case JsonArray list when Index(step, list.Count - 1) is { } index:
                    node = list[index];
                    break;
                default:
                    return orNull ? null : throw Failed();
            }
        }
        return node;
    }

    private static JsonNode? Add(JsonNode? root, string[] steps, JsonNode? value)
    {
        if (steps.Length == 0) return value;
        switch (Find(root, steps.AsSpan()[..^1]))
        {
            case JsonObject map:
                map[steps[^1]] = value;
                return root;
            case JsonArray list when steps[^1] == "-":
                list.Add(value);
                return root;
            case JsonArray list when Index(steps[^1], list.Count) is { } index:
                list.Insert(index, value);
                return root;
            default:
                throw Failed();
        }
    }

    private static JsonNode? Replace(JsonNode? root, string[] steps, JsonNode? value)
    {
        if (steps.Length == 0) return value;
        switch (Find(root, steps.AsSpan()[..^1]))
        {
            case JsonObject map when map.ContainsKey(steps[^1]):
                map[steps[^1]] = value;
                return root;
            case JsonArray list when Index(steps[^1], list.Count - 1) is { } index:
                list[index] = value;
                return root;
            default:
                throw Failed();
        }
    }

    private static void Remove(JsonNode? root, string[] steps)
    {
        switch (steps.Length == 0 ? null : Find(root, steps.AsSpan()[..^1]))
        {
            case JsonObject map when map.Remove(steps[^1]):
                return;
            case JsonArray list when Index(steps[^1], list.Count - 1) is { } index:
                list.RemoveAt(index);
                return;
            default:
                throw Failed();
        }
    }

    private static int? Index(string step, int last) =>
        int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= last ? index : null;
}

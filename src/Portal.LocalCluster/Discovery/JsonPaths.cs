using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Discovery;

/// <summary>The small part of JSONPath that printer columns use: fields, indexes and <c>[?(@.type=="Ready")]</c>.</summary>
internal static class JsonPaths
{
    public static JsonNode? Cell(JsonObject item, PrinterColumn column)
    {
        var found = Find(item, column.Path);
        return column.Type switch
        {
            "date" => found is null ? "<unknown>" : Tables.Age(found.AsText()),
            "integer" => found.AsWhole() is { } whole ? whole : found?.DeepClone(),
            "number" or "boolean" => found?.DeepClone(),
            _ when found is null => null,
            _ => found.GetValueKind() == JsonValueKind.String ? found.DeepClone() : found.ToJsonString(),
        };
    }

    public static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (var step in Steps(path))
        {
            node = (node, step[0]) switch
            {
                (JsonObject map, '.') => map[step[1..]],
                (JsonArray list, '[') when int.TryParse(step.AsSpan(1), out var index) => index < list.Count ? list[index] : null,
                (JsonArray list, '?') => Matching(list, step[1..]),
                (JsonArray list, '*') => new JsonArray([.. list.Select(item => item?.DeepClone())]),
                (JsonArray list, '.') => list.OfType<JsonObject>().Select(item => item[step[1..]]).FirstOrDefault(item => item is not null),
                _ => null,
            };
            if (node is null) return null;
        }
        return node;
    }

    private static JsonObject? Matching(JsonArray list, string filter)
    {
        var sign = filter.IndexOf("==", StringComparison.Ordinal);
        if (sign < 0) return null;
        var field = filter[..sign].Trim().TrimStart('@');
        var value = filter[(sign + 2)..].Trim().Trim('"', '\'');
        return list.OfType<JsonObject>().FirstOrDefault(item => Find(item, field) is { } found && (found.AsText() ?? found.ToJsonString()) == value);
    }

    private static IEnumerable<string> Steps(string path)
    {
        var at = 0;
        path = path.Trim('{', '}');
        while (at < path.Length)
        {
            if (path[at] == '[')
            {
                var end = path.IndexOf(']', at);
                if (end < 0) yield break;
                var inside = path[(at + 1)..end];
                yield return inside switch
                {
                    "*" => "*",
                    ['?', '(', .. var filter, ')'] => "?" + filter,
                    ['\'', .. var name, '\''] => "." + name,
                    _ => "[" + inside,
                };
                at = end + 1;
                continue;
            }
            if (path[at] == '.') at++;
            var field = new System.Text.StringBuilder(".");
            while (at < path.Length && path[at] is not ('.' or '['))
            {
                if (path[at] == '\\' && at + 1 < path.Length) at++;
                field.Append(path[at++]);
            }
            if (field.Length > 1) yield return field.ToString();
        }
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Ownership;

/// <summary>
/// Fields as an API server names them in a conflict: <c>.spec.replicas</c>, <c>.metadata.labels.a.b/c</c>,
/// <c>.spec.containers[name="x"].image</c>. A key may hold dots, so a path is read against an object. Pure.
/// </summary>
public static class FieldPath
{
    /// <summary>Takes the field out; false when the object has no such field.</summary>
    public static bool Remove(JsonNode? node, string path) => (node, path) switch
    {
        (JsonObject fields, ['.', ..]) => RemoveKey(fields, path[1..]),
        (JsonArray items, ['[', ..]) => RemoveItem(items, path),
        _ => false,
    };

    private static bool RemoveKey(JsonObject fields, string path)
    {
        // The longest key first: "a.b" and "a" may stand side by side.
        foreach (var key in fields.Select(f => f.Key).Where(k => Begins(path, k)).OrderByDescending(k => k.Length).ToList())
        {
            if (path.Length == key.Length ? fields.Remove(key) : Remove(fields[key], path[key.Length..]))
                return true;
        }
        return false;
    }

    private static bool Begins(string path, string key) =>
        path.StartsWith(key, StringComparison.Ordinal) && (path.Length == key.Length || path[key.Length] is '.' or '[');

    private static bool RemoveItem(JsonArray items, string path)
    {
        var end = End(path);
        if (end < 0 || Find(items, path[1..end]) is not { } index)
            return false;
        if (end < path.Length - 1)
            return Remove(items[index], path[(end + 1)..]);
        items.RemoveAt(index);
        return true;
    }

    private static int? Find(JsonArray items, string selector)
    {
        if (int.TryParse(selector, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return index < items.Count ? index : null;
        var keys = Keys(selector);
        foreach (var (at, item) in items.Index())
        {
            if (keys.All(k => (k.Key.Length == 0 ? item?.ToString() : item.Text(k.Key)) == k.Value))
                return at;
        }
        return null;
    }

    // key="value",other=80 — or ="value" for an item that is a plain value.
    private static List<(string Key, string Value)> Keys(string selector)
    {
        var keys = new List<(string, string)>();
        for (var at = 0; at < selector.Length;)
        {
            var equals = selector.IndexOf('=', at);
            if (equals < 0)
                return [("", selector)];
            var quoted = equals + 1 < selector.Length && selector[equals + 1] == '"';
            var from = quoted ? equals + 2 : equals + 1;
            var to = selector.IndexOf(quoted ? '"' : ',', from);
            to = to < 0 ? selector.Length : to;
            keys.Add((selector[at..equals], selector[from..to]));
            at = to + (quoted ? 2 : 1);
        }
        return keys;
    }

    private static int End(string path)
    {
        var quoted = false;
        for (var at = 0; at < path.Length; at++)
        {
            if (path[at] == '"')
                quoted = !quoted;
            else if (path[at] == ']' && !quoted)
                return at;
        }
        return -1;
    }
}

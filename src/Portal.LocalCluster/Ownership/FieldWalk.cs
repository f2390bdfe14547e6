using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Schema;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Ownership;

/// <summary>Which fields a value has, and which differ between two, as deep as the schema lets them be owned apart.</summary>
internal static class FieldWalk
{
    /// <summary>What an applied configuration names: leaves, empty maps, list elements and keys that are no declared fields.</summary>
    public static FieldSet Named(FieldSchema schema, JsonNode? value)
    {
        var set = new FieldSet();
        switch (Structure(schema, value))
        {
            case Form.Fields when value is JsonObject { Count: > 0 } map:
                foreach (var (key, item) in map)
                {
                    var named = Named(FieldOf(schema, key), item);
                    if (!schema.Fields.ContainsKey(key)) named.Member = true;
                    set.Set("f:" + key, named);
                }
                break;
            case Form.Elements when value is JsonArray { Count: > 0 } list:
                foreach (var (step, item) in Elements(schema, list))
                {
                    var named = step[0] == 'v' ? new FieldSet() : Named(schema.Items!, item);
                    named.Member = true;
                    set.Set(step, named);
                }
                break;
            default:
                set.Member = true;
                break;
        }
        return set;
    }

    /// <summary>What came or changed, and what went.</summary>
    public static (FieldSet Changed, FieldSet Removed) Compare(FieldSchema schema, JsonNode? old, JsonNode? now)
    {
        var (changed, removed) = (new FieldSet(), new FieldSet());
        Compare(schema, old, now, changed, removed);
        return (changed, removed);
    }

    /// <summary>How an element of a list is named in a field set; null when its key fields are missing.</summary>
    public static string? ElementStep(FieldSchema schema, JsonNode? item)
    {
        if (schema.Merge == ListMerge.Set) return "v:" + Text(item);
        if (item is not JsonObject map) return null;
        var key = new JsonObject();
        foreach (var field in schema.Keys.Order(StringComparer.Ordinal))
        {
            var value = map[field] ?? FieldOf(schema.Items!, field).Default;
            if (value is not null) key[field] = value.DeepClone();
        }
        return key.Count == 0 ? null : "k:" + Text(key);
    }

    public static FieldSchema FieldOf(FieldSchema schema, string field) =>
        schema.Type == FieldType.Map ? schema.Items ?? FieldSchema.Anything : schema.Fields.GetValueOrDefault(field) ?? schema.Items ?? FieldSchema.Anything;

    public static IEnumerable<(string Step, JsonNode? Item)> Elements(FieldSchema schema, JsonArray list) =>
        list.Select(item => (ElementStep(schema, item), item)).Where(pair => pair.Item1 is not null).DistinctBy(pair => pair.Item1)!;

    public static Form Structure(FieldSchema schema, JsonNode? value) => value switch
    {
        JsonObject when !schema.Atomic => Form.Fields,
        JsonArray when schema.Type == FieldType.List && schema.Merge != ListMerge.Atomic => Form.Elements,
        _ => Form.Leaf,
    };

    private static void Compare(FieldSchema schema, JsonNode? old, JsonNode? now, FieldSet changed, FieldSet removed)
    {
        var form = Structure(schema, now ?? old);
        if (form == Form.Leaf || (old is not null && now is not null && Structure(schema, old) != form))
        {
            if (!JsonNode.DeepEquals(old, now)) (now is null ? removed : changed).Member = true;
            return;
        }
        if (old is null) changed.Member = true;
        if (now is null) removed.Member = true;
        var (before, after) = form == Form.Fields
            ? (FieldsOf(old as JsonObject), FieldsOf(now as JsonObject))
            : (ElementsOf(schema, old as JsonArray), ElementsOf(schema, now as JsonArray));
        foreach (var step in before.Keys.Union(after.Keys, StringComparer.Ordinal))
        {
            var inside = step[0] == 'f' ? FieldOf(schema, step[2..]) : schema.Items!;
            var (hadIt, hasIt) = (before.TryGetValue(step, out var was), after.TryGetValue(step, out var isNow));
            var (came, went) = (new FieldSet(), new FieldSet());
            if (step[0] == 'v')
            {
                came.Member = !hadIt;
                went.Member = !hasIt;
            }
            else
            {
                Compare(inside, was, isNow, came, went);
                if (hadIt && !hasIt) went.Member = true;
                if (hasIt && !hadIt) came.Member = true;
            }
            changed.Set(step, came);
            removed.Set(step, went);
        }
    }

    private static Dictionary<string, JsonNode?> FieldsOf(JsonObject? map) =>
        map?.ToDictionary(pair => "f:" + pair.Key, pair => pair.Value, StringComparer.Ordinal) ?? [];

    private static Dictionary<string, JsonNode?> ElementsOf(FieldSchema schema, JsonArray? list) =>
        list is null ? [] : Elements(schema, list).ToDictionary(pair => pair.Step, pair => pair.Item, StringComparer.Ordinal);

    private static string Text(JsonNode? node) => node is null ? "null" : System.Text.Encoding.UTF8.GetString(ObjectText.Write(node));
}

internal enum Form
{
    Leaf,
    Fields,
    Elements,
}

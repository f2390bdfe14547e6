using System.Text.Json.Nodes;
using Portal.LocalCluster.Schema;

namespace Portal.LocalCluster.Ownership;

/// <summary>Lays an applied configuration over what is there, and takes away what its manager no longer names.</summary>
internal static class Merging
{
    public static JsonNode? Merge(FieldSchema schema, JsonNode? live, JsonNode? applied)
    {
        var form = FieldWalk.Structure(schema, applied);
        if (form == Form.Leaf || live is null || FieldWalk.Structure(schema, live) != form) return applied?.DeepClone();
        if (form == Form.Fields)
        {
            var merged = (JsonObject)live.DeepClone();
            foreach (var (key, value) in (JsonObject)applied!) merged[key] = Merge(FieldWalk.FieldOf(schema, key), merged[key], value);
            return merged;
        }
        var list = new JsonArray();
        var wanted = FieldWalk.Elements(schema, (JsonArray)applied!).ToDictionary(pair => pair.Step, pair => pair.Item, StringComparer.Ordinal);
        foreach (var item in (JsonArray)live)
        {
            var step = FieldWalk.ElementStep(schema, item);
            list.Add(step is not null && wanted.Remove(step, out var over) ? Merge(schema.Items!, item, over) : item?.DeepClone());
        }
        foreach (var item in wanted.Values) list.Add(item?.DeepClone());
        return list;
    }

    /// <summary>Removes from a tree what stands in <paramref name="last"/> and in none of <paramref name="kept"/>.</summary>
    public static void Prune(FieldSchema schema, JsonNode? tree, FieldSet last, IReadOnlyList<FieldSet> kept)
    {
        foreach (var (step, child) in last.Children)
        {
            var below = kept.Select(set => set.Child(step)).OfType<FieldSet>().ToList();
            if (tree is JsonObject map && step[0] == 'f')
            {
                var key = step[2..];
                if (below.Count == 0) map.Remove(key);
                else Prune(FieldWalk.FieldOf(schema, key), map[key], child, below);
            }
            else if (tree is JsonArray list && schema.Type == FieldType.List)
            {
                for (var i = list.Count - 1; i >= 0; i--)
                {
                    if (FieldWalk.ElementStep(schema, list[i]) != step) continue;
                    if (below.Count == 0) list.RemoveAt(i);
                    else if (step[0] == 'k') Prune(schema.Items!, list[i], child, below);
                }
            }
        }
    }
}

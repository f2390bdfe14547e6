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
        return Elements(schema, (JsonArray)live, (JsonArray)applied!);
    }

    /// <summary>
    /// Elements of both in the applied order; one that is only there already stays before the next of those that it stood
    /// before. The order in which structured-merge-diff puts them.
    /// </summary>
    private static JsonArray Elements(FieldSchema schema, JsonArray live, JsonArray applied)
    {
        var before = live.Select(item => (Step: FieldWalk.ElementStep(schema, item), Item: item)).ToList();
        var known = FieldWalk.Elements(schema, live).ToDictionary(pair => pair.Step, pair => pair.Item, StringComparer.Ordinal);
        var wanted = FieldWalk.Elements(schema, applied).ToList();
        var steps = wanted.Select(pair => pair.Step).ToHashSet(StringComparer.Ordinal);
        var shared = new Queue<string>(wanted.Select(pair => pair.Step).Where(known.ContainsKey));
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var list = new JsonArray();
        for (int l = 0, w = 0; l < before.Count || w < wanted.Count;)
        {
            if (l < before.Count && (before[l].Step is not { } step || !steps.Contains(step)))
            {
                list.Add(before[l++].Item?.DeepClone());
                continue;
            }
            // One of both comes where it is applied.
            if (l < before.Count && (taken.Contains(before[l].Step!) || (w < wanted.Count && before[l].Step != wanted[w].Step && shared.Peek() != before[l].Step)))
            {
                l++;
                continue;
            }
            var (next, item) = wanted[w++];
            list.Add(known.TryGetValue(next, out var there) ? Merge(schema.Items!, there, item) : item?.DeepClone());
            taken.Add(next);
            if (shared.TryPeek(out var first) && first == next) shared.Dequeue();
        }
        return list;
    }

    /// <summary>Removes from a tree what stands in <paramref name="last"/> and in none of <paramref name="kept"/>.</summary>
    /// <remarks>Whoever owns only fields of a list's element or of a map's value does not keep it: without its other fields it would be a fragment.</remarks>
    public static void Prune(FieldSchema schema, JsonNode? tree, FieldSet last, IReadOnlyList<FieldSet> kept)
    {
        foreach (var (step, child) in last.Children)
        {
            var below = kept.Select(set => set.Child(step)).OfType<FieldSet>().ToList();
            if (tree is JsonObject map && step[0] == 'f')
            {
                var key = step[2..];
                if (schema.Fields.ContainsKey(key) ? below.Count == 0 : Goes(child, below)) map.Remove(key);
                else Prune(FieldWalk.FieldOf(schema, key), map[key], child, below);
            }
            else if (tree is JsonArray list && schema.Type == FieldType.List)
            {
                for (var i = list.Count - 1; i >= 0; i--)
                {
                    if (FieldWalk.ElementStep(schema, list[i]) != step) continue;
                    if (Goes(child, below)) list.RemoveAt(i);
                    else if (step[0] == 'k') Prune(schema.Items!, list[i], child, below);
                }
            }
        }
    }

    private static bool Goes(FieldSet last, List<FieldSet> below) => last.Member ? !below.Exists(set => set.Member) : below.Count == 0;
}

using System.Text.Json.Nodes;
using Portal.LocalCluster.Schema;

namespace Portal.LocalCluster.Ownership;

/// <summary>What server-side apply cannot take: elements of a list that could not be told apart when they are owned.</summary>
internal static class AppliedLists
{
    public static IEnumerable<string> Problems(FieldSchema schema, JsonNode? value, string path = "") => FieldWalk.Structure(schema, value) switch
    {
        Form.Fields => ((JsonObject)value!).SelectMany(field => Problems(FieldWalk.FieldOf(schema, field.Key), field.Value, $"{path}.{field.Key}")),
        Form.Elements => OfElements(schema, (JsonArray)value!, path),
        _ => [],
    };

    private static IEnumerable<string> OfElements(FieldSchema schema, JsonArray list, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            if (schema.Merge == ListMerge.ByKey && Unnamed(schema, list[i]) is { } why)
            {
                yield return $"{path}: element {i}: {why}";
                continue;
            }
            var step = FieldWalk.ElementStep(schema, list[i])!;
            if (!seen.Add(step)) yield return $"{path}: duplicate entries for key {FieldSet.Shown(step)}";
            if (schema.Merge == ListMerge.Set) continue;
            foreach (var problem in Problems(schema.Items!, list[i], path + FieldSet.Shown(step))) yield return problem;
        }
    }

    private static string? Unnamed(FieldSchema schema, JsonNode? element)
    {
        if (element is not JsonObject map) return $"associative list with keys may not have {(element is null ? "a null element" : "non-map elements")}";
        var missing = schema.Keys.FirstOrDefault(key => (map[key] ?? FieldWalk.FieldOf(schema.Items!, key).Default) is null);
        return missing is null ? null : $"associative list with keys has an element that omits key field \"{missing}\" (and doesn't have default value)";
    }
}

using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Schema;

namespace Portal.LocalCluster.Api.Patches;

/// <summary>
/// A merge patch that knows lists: elements merge by the key of their schema; <c>$patch: delete</c> and <c>replace</c>,
/// <c>$deleteFromPrimitiveList/x</c>, <c>$setElementOrder/x</c> and <c>$retainKeys</c> are understood.
/// </summary>
internal static class StrategicPatch
{
    public static JsonObject Apply(FieldSchema schema, JsonObject target, JsonObject patch)
    {
        switch (patch.Text("$patch"))
        {
            case "replace":
                var replaced = (JsonObject)patch.DeepClone();
                replaced.Remove("$patch");
                return replaced;
            case "delete":
                return [];
        }
        if (patch.Items("$retainKeys") is { } retained)
        {
            var keys = retained.Select(item => item.AsText()).ToHashSet(StringComparer.Ordinal);
            foreach (var key in target.Select(pair => pair.Key).Where(key => !keys.Contains(key)).ToList()) target.Remove(key);
        }
        foreach (var (key, value) in patch)
        {
            if (key is "$patch" or "$retainKeys" || key.StartsWith("$setElementOrder/", StringComparison.Ordinal)) continue;
            if (key.StartsWith("$deleteFromPrimitiveList/", StringComparison.Ordinal)) RemoveValues(target, key["$deleteFromPrimitiveList/".Length..], value as JsonArray);
            else if (value is null) target.Remove(key);
            else target[key] = Field(FieldOf(schema, key), target[key], value, patch.Items("$setElementOrder/" + key));
        }
        foreach (var (key, order) in patch.Where(pair => pair.Key.StartsWith("$setElementOrder/", StringComparison.Ordinal)))
        {
            var field = key["$setElementOrder/".Length..];
            if (target[field] is JsonArray list && order is JsonArray wanted) Reorder(list, wanted, FieldOf(schema, field).PatchKey);
        }
        return target;
    }

    private static FieldSchema FieldOf(FieldSchema schema, string field) =>
        schema.Type == FieldType.Map ? schema.Items ?? FieldSchema.Anything : schema.Fields.GetValueOrDefault(field) ?? FieldSchema.Anything;

    private static JsonNode? Field(FieldSchema schema, JsonNode? present, JsonNode value, JsonArray? order) => (present, value) switch
    {
        (JsonObject map, JsonObject changes) => Apply(schema, (JsonObject)map.DeepClone(), changes),
        (_, JsonObject changes) => Apply(schema, [], changes),
        (JsonArray list, JsonArray changes) when schema.PatchKey is { } key => key == "*" ? Union(list, changes) : ByKey(schema, key, list, changes),
        (null, JsonArray changes) when schema.PatchKey is { } key && key != "*" => ByKey(schema, key, [], changes),
        _ => value.DeepClone(),
    };

    private static JsonArray ByKey(FieldSchema schema, string key, JsonArray present, JsonArray changes)
    {
        var list = (JsonArray)present.DeepClone();
        if (changes.OfType<JsonObject>().Any(change => change.Text("$patch") == "replace" && change.Count == 1))
            return [.. changes.OfType<JsonObject>().Where(change => change["$patch"] is null).Select(change => change.DeepClone())];
        foreach (var change in changes.OfType<JsonObject>())
        {
            var index = list.ToList().FindIndex(item => item is JsonObject map && JsonNode.DeepEquals(map[key], change[key]));
            if (change.Text("$patch") == "delete")
            {
                if (index >= 0) list.RemoveAt(index);
            }
            else if (index >= 0)
            {
                list[index] = Apply(schema.Items ?? FieldSchema.Anything, (JsonObject)list[index]!.DeepClone(), change);
            }
            else
            {
                list.Add(Apply(schema.Items ?? FieldSchema.Anything, [], change));
            }
        }
        return list;
    }

    private static JsonArray Union(JsonArray present, JsonArray added)
    {
        var list = (JsonArray)present.DeepClone();
        foreach (var item in added.Where(item => !list.Any(known => JsonNode.DeepEquals(known, item)))) list.Add(item?.DeepClone());
        return list;
    }

    private static void RemoveValues(JsonObject target, string field, JsonArray? values)
    {
        if (target[field] is not JsonArray list || values is null) return;
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (values.Any(value => JsonNode.DeepEquals(value, list[i]))) list.RemoveAt(i);
        }
    }

    /// <summary>Elements that the order names come in that order; the others keep their place behind them.</summary>
    private static void Reorder(JsonArray list, JsonArray order, string? key)
    {
        int Place(JsonNode? item)
        {
            for (var i = 0; i < order.Count; i++)
            {
                var same = key is null or "*" ? JsonNode.DeepEquals(order[i], item)
                    : order[i] is JsonObject named && item is JsonObject map && JsonNode.DeepEquals(named[key], map[key]);
                if (same) return i;
            }
            return int.MaxValue;
        }

        var sorted = list.OrderBy(Place).ToList();
        list.Clear();
        foreach (var item in sorted) list.Add(item);
    }
}

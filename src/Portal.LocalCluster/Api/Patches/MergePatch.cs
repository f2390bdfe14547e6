using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Api.Patches;

/// <summary>RFC 7386: maps merge, null removes, everything else replaces.</summary>
internal static class MergePatch
{
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var result = target is JsonObject map ? map : [];
        foreach (var (key, value) in changes)
        {
            if (value is null)
            {
                result.Remove(key);
                continue;
            }
            var present = result[key];
            if (present is JsonObject && value is JsonObject) Apply(present, value);
            else result[key] = Apply(target: null, value);
        }
        return result;
    }
}

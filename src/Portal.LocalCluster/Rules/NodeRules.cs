using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Rules;

/// <summary>Nodes: their taints, and what of them can be given out when nobody says less.</summary>
internal static class NodeRules
{
    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    public static void Default(JsonObject node)
    {
        if (node.Map("status", "capacity") is { } capacity && node.At("status", "allocatable") is null) node.Ensure("status")["allocatable"] = capacity.DeepClone();
    }

    public static void Validate(JsonObject node, Causes causes)
    {
        var taints = node.Items("spec", "taints") ?? [];
        HashSet<(string?, string?)> seen = [];
        for (var i = 0; i < taints.Count; i++)
        {
            if (taints[i] is not JsonObject taint) continue;
            var (key, effect, at) = (taint.Text("key"), taint.Text("effect"), $"metadata.taints[{i}]");
            if (string.IsNullOrEmpty(key)) causes.Required($"{at}.key");
            else Names.CheckKey(key, $"{at}.key", causes);
            Names.CheckLabelValue(taint.Text("value") ?? "", $"{at}.value", causes);
            if (string.IsNullOrEmpty(effect)) causes.Required($"{at}.effect");
            else if (!Effects.Contains(effect, StringComparer.Ordinal)) causes.NotSupported($"{at}.effect", $"\"{effect}\"", Effects);
            if (!seen.Add((key, effect))) causes.Duplicate(at, taint);
        }
    }
}

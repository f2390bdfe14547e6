using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Scheduling;

internal static class Taints
{
    /// <summary>The first taint that keeps pods with these tolerations away, or none.</summary>
    public static JsonObject? FirstUntolerated(IEnumerable<JsonObject> taints, IReadOnlyCollection<JsonObject> tolerations) =>
        taints.FirstOrDefault(taint =>
            taint.Text("effect") is "NoSchedule" or "NoExecute"
            && !tolerations.Any(toleration => Tolerates(toleration, taint)));

    private static bool Tolerates(JsonObject toleration, JsonObject taint)
    {
        if (toleration.Text("effect") is { Length: > 0 } effect && effect != taint.Text("effect")) return false;
        string key = toleration.Text("key") ?? "";
        if (key.Length > 0 && key != taint.Text("key")) return false;
        return toleration.Text("operator") switch
        {
            "Exists" => true,
            _ => key.Length > 0 && (toleration.Text("value") ?? "") == (taint.Text("value") ?? ""),
        };
    }
}

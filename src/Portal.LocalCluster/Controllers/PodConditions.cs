using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>Pod conditions carry no reason or message when they are true, and a null lastProbeTime.</summary>
internal static class PodConditions
{
    public static bool Set(JsonObject pod, string type, bool value, string? reason, string? message, DateTimeOffset now)
    {
        JsonObject status = pod.Ensure("status");
        if (status["conditions"] is not JsonArray list) status["conditions"] = list = [];
        string text = value ? "True" : "False";
        JsonObject? condition = Conditions.Find(pod, type);
        if (condition is not null && condition.Text("status") == text && condition.Text("reason") == reason && condition.Text("message") == message) return false;
        string since = condition is not null && condition.Text("status") == text ? condition.Text("lastTransitionTime") ?? now.Stamp() : now.Stamp();
        JsonObject next = new() { ["type"] = type, ["status"] = text, ["lastProbeTime"] = null, ["lastTransitionTime"] = since };
        if (reason is not null) next["reason"] = reason;
        if (message is not null) next["message"] = message;
        int place = condition is null ? -1 : list.IndexOf(condition);
        if (place < 0) list.Add(next);
        else list[place] = next;
        return true;
    }

    public static bool IsTerminal(JsonObject pod) => pod.Text("status", "phase") is "Succeeded" or "Failed";

    public static bool IsReady(JsonObject pod) => !pod.IsDeleting() && Conditions.IsTrue(pod, "Ready");
}

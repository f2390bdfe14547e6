using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>The list status.conditions, keyed by type. The transition time moves only when the status does.</summary>
internal static class Conditions
{
    public static JsonObject? Find(JsonObject body, string type) =>
        body.Each("status", "conditions").FirstOrDefault(condition => condition.Text("type") == type);

    public static bool IsTrue(JsonObject body, string type) => Find(body, type)?.Text("status") == "True";

    /// <returns>Whether anything a reader can see changed.</returns>
    public static bool Set(JsonObject body, string type, bool value, string reason, string message, DateTimeOffset now, bool probed = false)
    {
        JsonObject status = body.Ensure("status");
        if (status["conditions"] is not JsonArray list) status["conditions"] = list = [];
        string text = value ? "True" : "False";
        JsonObject? condition = Find(body, type);
        if (condition is not null && condition.Text("status") == text && condition.Text("reason") == reason && condition.Text("message") == message) return false;
        if (condition is null)
        {
            condition = new JsonObject { ["type"] = type };
            list.Add(condition);
        }
        bool moved = condition.Text("status") != text;
        condition["status"] = text;
        if (probed) condition["lastProbeTime"] = now.Stamp();
        if (moved) condition["lastTransitionTime"] = now.Stamp();
        condition["reason"] = reason;
        condition["message"] = message;
        return true;
    }

    public static void Remove(JsonObject body, string type)
    {
        if (Find(body, type) is { } condition) body.Items("status", "conditions")!.Remove(condition);
    }
}

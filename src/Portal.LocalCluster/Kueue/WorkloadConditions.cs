using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>The states of a workload, written as Kueue writes them.</summary>
internal static class WorkloadConditions
{
    public static void Admit(JsonObject workload, AdmissionDecision decision, DateTimeOffset now)
    {
        workload.Ensure("status")["admission"] = new JsonObject
        {
            ["clusterQueue"] = decision.Queue,
            ["podSetAssignments"] = new JsonArray([.. decision.Assignments.Select(Assignment)]),
        };
        Conditions.Set(workload, "QuotaReserved", true, "QuotaReserved", $"Quota reserved in ClusterQueue {decision.Queue}", now);
        Conditions.Set(workload, "Admitted", true, "Admitted", "The workload is admitted", now);
        if (Conditions.IsTrue(workload, "Evicted"))
            Conditions.Set(workload, "Evicted", false, "QuotaReserved", $"Previously: {Conditions.Find(workload, "Evicted")?.Text("message")}", now);
    }

    public static void Evict(JsonObject workload, string reason, string message, DateTimeOffset now)
    {
        Conditions.Set(workload, "Evicted", true, reason, message, now);
        Conditions.Set(workload, "QuotaReserved", false, "Pending", message, now);
        Conditions.Set(workload, "Admitted", false, "NoReservation", "The workload has no reservation", now);
        workload.Ensure("status").Remove("admission");
    }

    public static bool Finish(JsonObject workload, bool success, string message, DateTimeOffset now) =>
        Conditions.Set(workload, "Finished", true, success ? "Succeeded" : "Failed", message, now);

    private static JsonNode Assignment(PodSetAssignment set)
    {
        JsonObject flavors = [];
        foreach ((string resource, string flavor) in set.Flavors.OrderBy(pair => pair.Key, StringComparer.Ordinal)) flavors[resource] = flavor;
        return new JsonObject { ["name"] = set.PodSet, ["flavors"] = flavors, ["resourceUsage"] = set.Usage.ToQuantities(), ["count"] = set.Count };
    }
}

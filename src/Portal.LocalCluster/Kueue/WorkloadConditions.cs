using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>The states of a workload, written as Kueue writes them.</summary>
internal static class WorkloadConditions
{
    private const string Preempted = "Preempted";

    public static void Admit(JsonObject workload, AdmissionDecision decision, DateTimeOffset now)
    {
        workload.Ensure("status")["admission"] = new JsonObject
        {
            ["clusterQueue"] = decision.Queue,
            ["podSetAssignments"] = new JsonArray([.. decision.Assignments.Select(Assignment)]),
        };
        Conditions.Set(workload, "QuotaReserved", true, "QuotaReserved", $"Quota reserved in ClusterQueue {decision.Queue}", now);
        Conditions.Set(workload, "Admitted", true, "Admitted", "The workload is admitted", now);
        foreach (string past in (ReadOnlySpan<string>)["Evicted", Preempted])
        {
            if (Conditions.IsTrue(workload, past)) Conditions.Set(workload, past, false, "QuotaReserved", $"Previously: {Conditions.Find(workload, past)?.Text("message")}", now);
        }
    }

    /// <summary>Says that it has to go. The quota stays its own until what runs of it has stopped.</summary>
    public static void Evict(JsonObject workload, string reason, string message, DateTimeOffset now)
    {
        Conditions.Set(workload, "Evicted", true, reason, message, now);
        workload.Ensure("status")["schedulingStats"] = new JsonObject { ["evictions"] = Counted(workload, reason) };
    }

    /// <summary>Evicted for another workload, and why.</summary>
    public static string Preempt(JsonObject workload, JsonObject preemptor, PreemptionTarget target, string preemptorQueue, DateTimeOffset now)
    {
        string why = target.Reason switch
        {
            Preemption.InQueue => "prioritization in the ClusterQueue",
            Preemption.Reclaimed => "reclamation within the cohort",
            _ => "reclamation within the cohort while borrowing",
        };
        string message = $"Preempted to accommodate a workload (UID: {preemptor.Uid()}, JobUID: {preemptor.Label(KueueNames.JobUidLabel) ?? "UNKNOWN"}) due to {why}; "
            + $"preemptor path: {preemptorQueue}; preemptee path: {target.Workload.Queue.Path}";
        Evict(workload, Preempted, message, now);
        Conditions.Set(workload, Preempted, true, target.Reason, message, now);
        return message;
    }

    /// <summary>Gives the quota back after an eviction; whether it queues again depends on what drove it out.</summary>
    public static void Release(JsonObject workload, DateTimeOffset now)
    {
        JsonObject? eviction = Conditions.Find(workload, "Evicted");
        string reason = eviction?.Text("reason") ?? "Pending";
        string message = eviction?.Text("message") ?? "";
        Conditions.Set(workload, "QuotaReserved", false, "Pending", message, now);
        Conditions.Set(workload, "Admitted", false, "NoReservation", "The workload has no reservation", now);
        Conditions.Set(workload, "Requeued", reason == Preempted, reason, message, now);
        workload.Ensure("status").Remove("admission");
    }

    /// <summary>What held it back (a stopped queue, its own deactivation) holds no longer.</summary>
    public static bool Requeue(JsonObject workload, DateTimeOffset now)
    {
        if (Conditions.Find(workload, "Requeued") is not { } held || held.Text("status") == "True") return false;
        return held.Text("reason") switch
        {
            "ClusterQueueStopped" => Conditions.Set(workload, "Requeued", true, "ClusterQueueRestarted", "The ClusterQueue was restarted after being stopped", now),
            "LocalQueueStopped" => Conditions.Set(workload, "Requeued", true, "LocalQueueRestarted", "The LocalQueue was restarted after being stopped", now),
            "Deactivated" => Conditions.Set(workload, "Requeued", true, "Reactivated", "The workload was reactivated", now),
            _ => false,
        };
    }

    public static bool Finish(JsonObject workload, bool success, string message, DateTimeOffset now) =>
        Conditions.Set(workload, "Finished", true, success ? "Succeeded" : "Failed", message, now);

    private static JsonArray Counted(JsonObject workload, string reason)
    {
        JsonArray evictions = [.. workload.Each("status", "schedulingStats", "evictions").Select(entry => entry.Copy())];
        JsonObject? same = evictions.OfType<JsonObject>().FirstOrDefault(entry => entry.Text("reason") == reason);
        if (same is null) evictions.Add(same = new JsonObject { ["reason"] = reason, ["underlyingCause"] = "", ["count"] = 0 });
        same["count"] = (same.Whole("count") ?? 0) + 1;
        return evictions;
    }

    private static JsonNode Assignment(PodSetAssignment set)
    {
        JsonObject flavors = [];
        foreach ((string resource, string flavor) in set.Flavors.OrderBy(pair => pair.Key, StringComparer.Ordinal)) flavors[resource] = flavor;
        return new JsonObject { ["name"] = set.PodSet, ["flavors"] = flavors, ["resourceUsage"] = set.Usage.ToQuantities(), ["count"] = set.Count };
    }
}

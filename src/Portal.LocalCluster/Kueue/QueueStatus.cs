using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Kueue;

/// <summary>Counts and sums of a queue's status: who waits, who reserves, what is reserved and what is used.</summary>
internal static class QueueStatus
{
    /// <param name="quota">The spec of the ClusterQueue: its resources are listed, with or without what is borrowed of them.</param>
    public static void WriteTo(JsonObject queue, IReadOnlyList<JsonObject> workloads, QueueHealth health, QueueSpec quota, bool withBorrowed, DateTimeOffset now)
    {
        List<JsonObject> open = [.. workloads.Where(workload => !WorkloadObject.IsFinished(workload))];
        List<JsonObject> reserving = [.. open.Where(WorkloadObject.HasQuota)];
        List<JsonObject> admitted = [.. reserving.Where(WorkloadObject.IsAdmitted)];
        JsonObject status = queue.Ensure("status");
        status["pendingWorkloads"] = open.Count(workload => !WorkloadObject.HasQuota(workload) && WorkloadObject.IsActive(workload));
        status["reservingWorkloads"] = reserving.Count;
        status["admittedWorkloads"] = admitted.Count;
        status["flavorsReservation"] = Sums(reserving, quota, withBorrowed);
        status["flavorsUsage"] = Sums(admitted, quota, withBorrowed);
        Conditions.Set(queue, "Active", health.Active, health.Reason, health.Message, now);
        if (Conditions.Find(queue, "Active") is { } active) active["observedGeneration"] = queue.Whole("metadata", "generation") ?? 1;
    }

    private static JsonArray Sums(List<JsonObject> workloads, QueueSpec quota, bool withBorrowed)
    {
        Dictionary<FlavorResource, decimal> sums = [];
        foreach (JsonObject set in workloads.SelectMany(workload => workload.Each("status", "admission", "podSetAssignments")))
        {
            foreach ((string resource, decimal amount) in ResourceAmounts.From(set.Map("resourceUsage")))
            {
                FlavorResource at = new(set.Text("flavors", resource) ?? "", resource);
                sums[at] = sums.GetValueOrDefault(at) + amount;
            }
        }
        JsonArray flavors = [];
        foreach ((ResourceGroup group, string flavor) in quota.Groups.SelectMany(group => group.Flavors.Select(flavor => (group, flavor))))
        {
            JsonArray resources = [.. group.Covered.Select(resource => Entry(new FlavorResource(flavor, resource), sums, withBorrowed ? quota : null))];
            flavors.Add(new JsonObject { ["name"] = flavor, ["resources"] = resources });
        }
        return flavors;
    }

    private static JsonObject Entry(FlavorResource at, Dictionary<FlavorResource, decimal> sums, QueueSpec? quota)
    {
        decimal total = sums.GetValueOrDefault(at);
        JsonObject entry = new() { ["name"] = at.Resource, ["total"] = ResourceAmounts.Text(at.Resource, total) };
        if (quota is not null) entry["borrowed"] = ResourceAmounts.Text(at.Resource, quota.Above.Length == 0 ? 0 : Math.Max(0, total - (quota.Quotas.GetValueOrDefault(at)?.Nominal ?? 0)));
        return entry;
    }
}

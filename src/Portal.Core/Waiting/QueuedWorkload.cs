using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health;

namespace Portal.Core.Waiting;

/// <summary>Kueue's Workload in the numbers that waiting is about. Read from the object, pure.</summary>
public sealed record QueuedWorkload(string Namespace, string Name, string ClusterQueue)
{
    public required JsonObject Object { get; init; }

    public int Priority { get; init; }

    /// <summary>Since when it stands in the queue: its making, or when it was put back for a fault of its own.</summary>
    public DateTimeOffset QueuedAt { get; init; }

    /// <summary>Since when it holds quota, or null.</summary>
    public DateTimeOffset? AdmittedAt { get; init; }

    /// <summary>True while it waits for quota and has not been put aside.</summary>
    public bool Waits { get; init; }

    public bool HoldsQuota => AdmittedAt is not null;

    /// <summary>What all its pods ask for together, by resource.</summary>
    public IReadOnlyDictionary<string, decimal> Requests { get; init; } = new Dictionary<string, decimal>();

    /// <summary>What it holds, by pool and resource; empty while it waits.</summary>
    public IReadOnlyDictionary<ResourceKey, decimal> Usage { get; init; } = new Dictionary<ResourceKey, decimal>();

    /// <summary>Reads a Workload.</summary>
    /// <param name="clusterQueue">The ClusterQueue behind a LocalQueue, by namespace and name; empty when it is not known.</param>
    public static QueuedWorkload From(JsonObject workload, Func<string, string, string> clusterQueue)
    {
        var ns = workload.Text("metadata", "namespace") ?? "";
        var reserved = Condition.Find(workload, "QuotaReserved");
        var ended = Condition.Find(workload, "Finished") is { IsTrue: true };
        var holds = reserved is { IsTrue: true } && !ended;
        var created = workload.Time("metadata", "creationTimestamp") ?? DateTimeOffset.UnixEpoch;
        return new QueuedWorkload(ns, workload.Name(),
            workload.Text("status", "admission", "clusterQueue") is { Length: > 0 } admitted && holds ? admitted : clusterQueue(ns, workload.Text("spec", "queueName") ?? ""))
        {
            Object = workload,
            Priority = int.TryParse(workload.Text("spec", "priority"), CultureInfo.InvariantCulture, out var p) ? p : 0,
            QueuedAt = Put(workload) is { } put && put > created ? put : created,
            AdmittedAt = holds ? KindFacts.MovedAt(workload, "QuotaReserved") ?? created : null,
            Waits = QueueHealth.Waits(workload) && workload.Text("spec", "active") != "false",
            Requests = Sum(workload),
            Usage = holds ? Held(workload) : new Dictionary<ResourceKey, decimal>(),
        };
    }

    /// <summary>What one pod of it asks for.</summary>
    public IEnumerable<(JsonNode Spec, int Count)> PodSets => Object.Items("spec", "podSets")
        .Select(s => (s.At("template", "spec")!, int.TryParse(s.Text("count"), CultureInfo.InvariantCulture, out var n) ? n : 1)).Where(s => s.Item1 is not null);

    private static Dictionary<string, decimal> Sum(JsonObject workload)
    {
        var all = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var set in workload.Items("spec", "podSets"))
        {
            var count = Quantity.Parse(set.Text("count") ?? "1") ?? 1;
            foreach (var (resource, amount) in PodHolding.RequestsOf(set.At("template", "spec")))
                all[resource] = all.GetValueOrDefault(resource) + (amount * count);
        }
        return all;
    }

    private static Dictionary<ResourceKey, decimal> Held(JsonObject workload)
    {
        var all = new Dictionary<ResourceKey, decimal>();
        foreach (var set in workload.Items("status", "admission", "podSetAssignments"))
        {
            foreach (var (resource, amount) in set.At("resourceUsage") as JsonObject ?? [])
            {
                var key = new ResourceKey(set.Text("flavors", resource) ?? "", resource);
                all[key] = all.GetValueOrDefault(key) + (Quantity.Parse(amount?.ToString()) ?? 0);
            }
        }
        return all;
    }

    // As Kueue orders them: what was preempted keeps its place, what could not start goes behind the others.
    private static DateTimeOffset? Put(JsonObject workload) => Condition.Find(workload, "Evicted") is { IsTrue: true, Reason: "PodsReadyTimeout" or "AdmissionCheck" } ? KindFacts.MovedAt(workload, "Evicted") : null;
}

using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health;

namespace Portal.Core.Waiting;

/// <summary>Kueue's Workload in the numbers that waiting is about. Read from the object, pure.</summary>
public sealed record QueuedWorkload(string Namespace, string Name, string ClusterQueue)
{
    /// <summary>The object that it was read from.</summary>
    public required JsonObject Object { get; init; }

    /// <summary>Kueue's priority: the higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Since when it stands in the queue: its making, or when it was put back for a fault of its own.</summary>
    public DateTimeOffset QueuedAt { get; init; }

    /// <summary>Since when it holds quota, or null.</summary>
    public DateTimeOffset? AdmittedAt { get; init; }

    /// <summary>True while it waits for quota and has not been put aside.</summary>
    public bool Waits { get; init; }

    /// <summary>True from its admission on, whether its pods run or not.</summary>
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
            Waits = QueueHealth.Waits(workload),
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
        // Where Kueue counts other resources than the pods name, it says what it counted.
        var counted = workload.Items("status", "resourceRequests").ToLookup(r => r.Text("name") ?? "", r => r.At("resources") as JsonObject ?? []);
        foreach (var set in workload.Items("spec", "podSets"))
        {
            var (name, count) = (set.Text("name") ?? "", Number(set.Text("count"), 1));
            var asked = counted.Contains(name) ? counted[name].First().ToDictionary(r => r.Key, r => Number(r.Value?.ToString(), 0))
                : PodHolding.RequestsOf(set.At("template", "spec")).ToDictionary(r => r.Key, r => r.Value * (count - Done(workload, name)));
            foreach (var (resource, amount) in asked)
                all[resource] = all.GetValueOrDefault(resource) + amount;
        }
        return all;
    }

    private static Dictionary<ResourceKey, decimal> Held(JsonObject workload)
    {
        var all = new Dictionary<ResourceKey, decimal>();
        foreach (var set in workload.Items("status", "admission", "podSetAssignments"))
        {
            var count = Number(set.Text("count"), 0);
            var left = count > 0 ? (count - Done(workload, set.Text("name") ?? "")) / count : 1;
            foreach (var (resource, amount) in set.At("resourceUsage") as JsonObject ?? [])
            {
                var key = new ResourceKey(set.Text("flavors", resource) ?? "", resource);
                all[key] = all.GetValueOrDefault(key) + (Number(amount?.ToString(), 0) * left);
            }
        }
        return all;
    }

    // Pods of a set that have ended and whose quota others have already.
    private static decimal Done(JsonObject workload, string set) =>
        Number(workload.Items("status", "reclaimablePods").FirstOrDefault(r => (r.Text("name") ?? "") == set).Text("count"), 0);

    private static decimal Number(string? text, decimal otherwise) => Quantity.Parse(text) ?? otherwise;

    // As Kueue orders them: what was preempted keeps its place, what could not start goes behind the others.
    private static DateTimeOffset? Put(JsonObject workload) => Condition.Find(workload, "Evicted") is { IsTrue: true, Reason: "PodsReadyTimeout" or "AdmissionCheck" } ? KindFacts.MovedAt(workload, "Evicted") : null;
}

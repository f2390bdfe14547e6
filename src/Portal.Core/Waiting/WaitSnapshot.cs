using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Waiting;

/// <summary>Everything of a cluster that waiting is explained from, read at one moment.</summary>
/// <param name="Now">That moment.</param>
public sealed record WaitSnapshot(DateTimeOffset Now)
{
    public IReadOnlyList<JsonObject> ClusterQueues { get; init; } = [];

    public IReadOnlyList<JsonObject> LocalQueues { get; init; } = [];

    public IReadOnlyList<JsonObject> Cohorts { get; init; } = [];

    public IReadOnlyList<JsonObject> Flavors { get; init; } = [];

    public IReadOnlyList<JsonObject> Nodes { get; init; } = [];

    public IReadOnlyList<PodHolding> Held { get; init; } = [];

    /// <summary>Workloads of all namespaces, waiting and admitted.</summary>
    public IReadOnlyList<JsonObject> Workloads { get; init; } = [];

    /// <summary>The workloads in numbers.</summary>
    public IReadOnlyList<QueuedWorkload> Queued()
    {
        var behind = LocalQueues.ToDictionary(q => (q.Text("metadata", "namespace") ?? "", q.Name()), q => q.Text("spec", "clusterQueue") ?? "");
        return [.. Workloads.Select(w => QueuedWorkload.From(w, (ns, name) => behind.GetValueOrDefault((ns, name)) ?? ""))];
    }
}

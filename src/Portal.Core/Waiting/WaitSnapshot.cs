using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Waiting;

/// <summary>Everything of a cluster that waiting is explained from, read at one moment.</summary>
/// <param name="Now">That moment.</param>
public sealed record WaitSnapshot(DateTimeOffset Now)
{
    /// <summary>ClusterQueues, with their quotas and what is used of them.</summary>
    public IReadOnlyList<JsonObject> ClusterQueues { get; init; } = [];

    /// <summary>LocalQueues of all namespaces.</summary>
    public IReadOnlyList<JsonObject> LocalQueues { get; init; } = [];

    /// <summary>Cohorts; empty for a Kueue that knows them by their names alone.</summary>
    public IReadOnlyList<JsonObject> Cohorts { get; init; } = [];

    /// <summary>ResourceFlavors: which nodes a quota is of.</summary>
    public IReadOnlyList<JsonObject> Flavors { get; init; } = [];

    /// <summary>Nodes, ready or not.</summary>
    public IReadOnlyList<JsonObject> Nodes { get; init; } = [];

    /// <summary>What pods of all namespaces hold of the nodes.</summary>
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

using Portal.Core.Cluster;

namespace Portal.Core.Waiting;

/// <summary>What of an analysis an estimate is made from. Pure.</summary>
public static class WaitScenes
{
    /// <summary>
    /// The scene at the resource that decides, or null where the queue is not what it waits for. What can be taken back from others
    /// is: nobody's run has to end of itself for that, and history tells nothing of when.
    /// </summary>
    public static QueueScene? From(WaitSnapshot snapshot, WaitAnalysis analysis)
    {
        if (analysis.Kind is not (WaitKind.Quota or WaitKind.Priority) || analysis.Bottleneck is not { } row || analysis.ClusterQueue.Length == 0)
            return null;
        var queued = snapshot.Queued();
        var tree = QuotaTree.From(snapshot.ClusterQueues, snapshot.Cohorts, queued);
        var shared = tree.Neighbours(analysis.ClusterQueue).Append(analysis.ClusterQueue).ToHashSet(StringComparer.Ordinal);
        // What runs in another queue frees something for this one only as far as that one lends and this one may borrow.
        var running = queued.Where(q => q.HoldsQuota && shared.Contains(q.ClusterQueue) && q.Usage.GetValueOrDefault(row.Key) > 0)
            .GroupBy(q => (q.ClusterQueue, Held: q.Usage[row.Key]))
            .Select(same => (Frees: (double)tree.Freed(analysis.ClusterQueue, row.Key, same.Key.ClusterQueue, same.Key.Held), Workloads: same))
            .Where(same => same.Frees > 0)
            .SelectMany(same => same.Workloads.Select(q => (same.Frees, Math.Max(0, (snapshot.Now - q.AdmittedAt!.Value).TotalSeconds))));
        return new QueueScene((double)row.Needed, (double)row.Free, [.. running], [.. analysis.Before.Select(b => (double)b)], analysis.IsStrict)
        {
            // A cluster without priority classes gives all the same.
            Priority = analysis.Priority > 0 ? analysis.Priority : null,
        };
    }

    /// <summary>
    /// The namespaces whose work takes from what its queue can take, its own among them: only what comes there can go before it. Null
    /// for what stands in no queue: the nodes take whatever comes.
    /// </summary>
    public static IReadOnlySet<string>? Rivals(WaitSnapshot snapshot, WaitAnalysis analysis)
    {
        if (analysis.ClusterQueue.Length == 0 || analysis.Bottleneck is not { } row)
            return null;
        var tree = QuotaTree.From(snapshot.ClusterQueues, snapshot.Cohorts, snapshot.Queued());
        var queues = tree.Competitors(analysis.ClusterQueue).Append(analysis.ClusterQueue)
            .Where(q => tree.Taken(analysis.ClusterQueue, row.Key, q, 1) > 0).ToHashSet(StringComparer.Ordinal);
        return snapshot.LocalQueues.Where(q => queues.Contains(q.Text("spec", "clusterQueue") ?? ""))
            .Select(q => q.Text("metadata", "namespace") ?? "").ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>
    /// The scene on the nodes that have no room for it, or null where that is not what it waits for. Without a queue the scheduler
    /// takes whatever fits, so nobody before it blocks it. It needs its room on one node, and what ends on the others counts all
    /// the same: how far that is off is seen in where past starts fell, and corrected by it.
    /// </summary>
    /// <param name="others">The stays of others that hold the same resource and have not ended. Whatever else holds the nodes counts as staying.</param>
    /// <param name="queuedAt">Since when it waits itself.</param>
    public static QueueScene? OnNodes(WaitAnalysis analysis, IReadOnlyList<PoolStay> others, DateTimeOffset queuedAt, DateTimeOffset now)
    {
        // Where each resource has its room on some node, and no node has it of all, none of them decides.
        if (!WaitsForRoom(analysis) || analysis.Bottleneck is not { ShortBy: > 0 } row || ResourceOf(row) is not { } resource)
            return null;
        var running = others.Where(s => s.StartedAt is not null).Select(s => (s.OnANode(resource), Math.Max(0, (now - s.StartedAt!.Value).TotalSeconds)));
        var ahead = others.Where(s => s.StartedAt is null && s.QueuedAt < queuedAt).OrderBy(s => s.QueuedAt).Select(s => s.OnANode(resource));
        return new QueueScene((double)row.Needed, (double)row.Free, [.. running], [.. ahead]);
    }

    /// <summary>True for what stands in no queue and finds no room on the nodes.</summary>
    public static bool WaitsForRoom(WaitAnalysis analysis) =>
        analysis.ClusterQueue.Length == 0 && analysis.Kind is (WaitKind.Room or WaitKind.Fragmentation);

    /// <summary>What history tells of a resource, or null where it tells nothing.</summary>
    public static StayResource? ResourceOf(WaitRow row) => row.Key.Resource switch
    {
        "cpu" => StayResource.Cores,
        "memory" => StayResource.Memory,
        _ => row.IsAccelerator ? StayResource.Accelerators : null,
    };
}

namespace Portal.Core.Waiting;

/// <summary>What of an analysis an estimate is made from. Pure.</summary>
public static class WaitScenes
{
    /// <summary>The scene at the resource that decides, or null where the queue is not what it waits for.</summary>
    public static QueueScene? From(WaitSnapshot snapshot, WaitAnalysis analysis)
    {
        if (analysis.Kind is not (WaitKind.Quota or WaitKind.Priority or WaitKind.Reclaim) || analysis.Bottleneck is not { } row || analysis.ClusterQueue.Length == 0)
            return null;
        var queued = snapshot.Queued();
        var tree = QuotaTree.From(snapshot.ClusterQueues, snapshot.Cohorts, queued);
        var shared = tree.Neighbours(analysis.ClusterQueue).Append(analysis.ClusterQueue).ToHashSet(StringComparer.Ordinal);
        // What runs in another queue frees something for this one only as far as this one may borrow it.
        var running = queued.Where(q => q.HoldsQuota && shared.Contains(q.ClusterQueue) && q.Usage.GetValueOrDefault(row.Key) > 0
                && (q.ClusterQueue == analysis.ClusterQueue || row.Capacity > tree.Nominal(analysis.ClusterQueue, row.Key) || tree.Borrowed(q.ClusterQueue, row.Key) > 0))
            .Select(q => ((double)q.Usage[row.Key], Math.Max(0, (snapshot.Now - q.AdmittedAt!.Value).TotalSeconds)));
        return new QueueScene((double)row.Needed, (double)Math.Max(0, row.Free), [.. running], [.. analysis.Ahead.Select(a => (double)a.Amount)], analysis.IsStrict);
    }
}

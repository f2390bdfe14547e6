namespace Portal.LocalCluster.Kueue;

/// <summary>Whether a queue can admit, as its Active condition says it.</summary>
internal sealed record QueueHealth(bool Active, string Reason, string Message)
{
    private static readonly QueueHealth Stopped = new(false, "Stopped", "Can't admit new workloads: is stopped.");
    private static readonly QueueHealth Terminating = new(false, "Terminating", "Can't admit new workloads; clusterQueue is terminating");
    private static readonly QueueHealth Ready = new(true, "Ready", "Can admit new workloads");
    private static readonly QueueHealth LineStopped = new(false, "Stopped", "LocalQueue is stopped");
    private static readonly QueueHealth LineAlone = new(false, "ClusterQueueDoesNotExist", "Can't submit new workloads to clusterQueue");
    private static readonly QueueHealth LineReady = new(true, "Ready", "Can submit new workloads to localQueue");
    private static readonly QueueHealth LineInactive = new(false, "ClusterQueueIsInactive", "Can't submit new workloads to clusterQueue");

    public static QueueHealth OfClusterQueue(QueueSpec queue, IReadOnlyDictionary<string, Flavor> flavors)
    {
        if (queue.Deleting) return Terminating;
        if (queue.Stop != "None") return Stopped;
        List<string>? missing = null;
        foreach (ResourceGroup group in queue.Groups)
        {
            foreach (string name in group.Flavors)
            {
                if (!flavors.ContainsKey(name)) (missing ??= []).Add(name);
            }
        }
        return missing is null
            ? Ready
            : new QueueHealth(false, "FlavorNotFound", $"Can't admit new workloads: references missing ResourceFlavor(s): {string.Join(',', missing.Distinct(StringComparer.Ordinal))}.");
    }

    /// <param name="above">Its ClusterQueue, or null where there is none of that name.</param>
    public static QueueHealth OfLocalQueue(QueueSpec queue, QueueSpec? above, IReadOnlyDictionary<string, Flavor> flavors)
    {
        if (queue.Stop != "None" || queue.Deleting) return LineStopped;
        if (above is null) return LineAlone;
        return OfClusterQueue(above, flavors).Active ? LineReady : LineInactive;
    }
}

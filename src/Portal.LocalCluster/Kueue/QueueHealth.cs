namespace Portal.LocalCluster.Kueue;

/// <summary>Whether a queue can admit, as its Active condition says it.</summary>
internal sealed record QueueHealth(bool Active, string Reason, string Message)
{
    public static QueueHealth OfClusterQueue(QueueSpec queue, IReadOnlyDictionary<string, Flavor> flavors)
    {
        if (queue.Stop != "None") return new QueueHealth(false, "Stopped", "Can't admit new workloads: is stopped.");
        string[] missing = [.. queue.Groups.SelectMany(group => group.Flavors).Where(name => !flavors.ContainsKey(name)).Distinct(StringComparer.Ordinal)];
        return missing.Length > 0
            ? new QueueHealth(false, "FlavorNotFound", $"Can't admit new workloads: references missing ResourceFlavor(s): {string.Join(',', missing)}.")
            : new QueueHealth(true, "Ready", "Can admit new workloads");
    }

    /// <param name="above">Its ClusterQueue, or null where there is none of that name.</param>
    public static QueueHealth OfLocalQueue(QueueSpec queue, QueueSpec? above, IReadOnlyDictionary<string, Flavor> flavors)
    {
        if (queue.Stop != "None") return new QueueHealth(false, "Stopped", "LocalQueue is stopped");
        if (above is null) return new QueueHealth(false, "ClusterQueueDoesNotExist", "Can't submit new workloads to clusterQueue");
        return OfClusterQueue(above, flavors).Active
            ? new QueueHealth(true, "Ready", "Can submit new workloads to localQueue")
            : new QueueHealth(false, "ClusterQueueIsInactive", "Can't submit new workloads to clusterQueue");
    }
}

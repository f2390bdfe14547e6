using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>Whether a queue can admit, as its Active condition says it.</summary>
internal sealed record QueueHealth(bool Active, string Reason, string Message)
{
    public static QueueHealth OfClusterQueue(JsonObject queue, IReadOnlyDictionary<string, Flavor> flavors)
    {
        if (Stop(queue) != "None") return new QueueHealth(false, "Stopped", "Can't admit new workloads: is stopped.");
        string[] missing = [.. KueueSnapshot.Groups(queue).SelectMany(group => group.Flavors).Where(name => !flavors.ContainsKey(name)).Distinct(StringComparer.Ordinal)];
        return missing.Length > 0
            ? new QueueHealth(false, "FlavorNotFound", $"Can't admit new workloads: references missing ResourceFlavor(s): {string.Join(',', missing)}.")
            : new QueueHealth(true, "Ready", "Can admit new workloads");
    }

    public static QueueHealth OfLocalQueue(JsonObject queue, KueueSnapshot snapshot)
    {
        if (Stop(queue) != "None") return new QueueHealth(false, "Stopped", "LocalQueue is stopped");
        if (!snapshot.ClusterQueues.TryGetValue(queue.Text("spec", "clusterQueue") ?? "", out JsonObject? clusterQueue))
            return new QueueHealth(false, "ClusterQueueDoesNotExist", "Can't submit new workloads to clusterQueue");
        return OfClusterQueue(clusterQueue, snapshot.Flavors).Active
            ? new QueueHealth(true, "Ready", "Can submit new workloads to localQueue")
            : new QueueHealth(false, "ClusterQueueIsInactive", "Can't submit new workloads to clusterQueue");
    }

    public static string Stop(JsonObject? queue) => queue?.Text("spec", "stopPolicy") ?? "None";
}

using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Waiting;

/// <summary>Reads snapshots from what the watches of a cluster have seen.</summary>
public static class WaitSnapshots
{
    /// <summary>The cluster now.</summary>
    public static WaitSnapshot Of(IClusterCache cache, DateTimeOffset now) => new(now)
    {
        ClusterQueues = cache.List(Kinds.ClusterQueue),
        LocalQueues = cache.List(Kinds.LocalQueue),
        Cohorts = cache.List(Kinds.Cohort),
        Flavors = cache.List(Kinds.ResourceFlavor),
        Nodes = cache.List(Kinds.Node),
        Held = cache.Holdings(),
        Workloads = cache.List(Kinds.Workload),
    };

    /// <summary>Kueue's Workload and the newest pod of a row, each null where there is none.</summary>
    public static (JsonObject? Workload, JsonObject? Pod) Find(IClusterCache cache, string ns, WorkloadRow row)
    {
        var pod = cache.List(Kinds.Pod, ns, (Manifest.IdLabel, row.Id.ToString("D"))).Where(p => !p.IsGoing())
            .MaxBy(p => p.Text("metadata", "creationTimestamp"), StringComparer.Ordinal);
        // Kueue makes it for the Job, or for each pod of what it does not know as a job.
        var workload = cache.List(Kinds.Workload, ns).FirstOrDefault(w => w.Items("metadata", "ownerReferences")
            .Any(o => o.Text("name") == row.ObjectName || (pod is not null && o.Text("uid") == pod.Text("metadata", "uid"))));
        return (workload, pod);
    }
}

using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Health;
using Portal.Core.Projects;

namespace Portal.Core.Workloads;

/// <summary>Finds the cluster of a project's workloads.</summary>
public sealed class WorkloadClusters(IClusters clusters, WorkloadOptions options)
{
    /// <summary>The installation's choices for workloads.</summary>
    public WorkloadOptions Options => options;

    /// <summary>The cluster that the project lives on.</summary>
    public WorkloadCluster Of(Project project) => Of(project.ClusterId);

    /// <summary>A cluster by its id.</summary>
    public WorkloadCluster Of(Guid? clusterId)
    {
        var cluster = clusters.Get(clusterId);
        return new WorkloadCluster(cluster, options);
    }
}

/// <summary>The questions about a cluster that the workloads' reconcilers share.</summary>
public sealed class WorkloadCluster(ConnectedCluster cluster, WorkloadOptions options)
{
    /// <summary>Calls that reach the API server.</summary>
    public IClusterClient Client => cluster.Client;

    /// <summary>What the watches last saw; never waits for the cluster.</summary>
    public IClusterCache Cache => cluster.Cache;

    /// <summary>Writes objects, and minds who else holds them.</summary>
    public ClusterWriter Writer => cluster.Writer;

    /// <summary>The installation's choices for workloads.</summary>
    public WorkloadOptions Options => options;

    /// <summary>Where a project's workloads go.</summary>
    public async Task<WorkloadPlace> PlaceAsync(string ns, CancellationToken ct) =>
        WorkloadPlace.From(ns, await Client.CapabilitiesAsync(ct), options) with
        {
            HasPriorities = PriorityClass.All.All(p => Cache.Find(new ObjectKey(Kinds.WorkloadPriorityClass, null, p.Name)) is not null),
        };

    /// <summary>The pods of a row as the watch shows them, newest first.</summary>
    public IReadOnlyList<JsonObject> Pods(string ns, ReconcileOwner owner) =>
        NewestFirst(Cache.List(Kinds.Pod, ns, (Manifest.IdLabel, owner.Id.ToString("D"))));

    /// <summary>The pods of a row as the cluster answers now, newest first: for what is said once, which a watch may be too far behind for.</summary>
    public async Task<IReadOnlyList<JsonObject>> AskPodsAsync(string ns, ReconcileOwner owner, CancellationToken ct)
    {
        var pods = new List<JsonObject>();
        await foreach (var pod in Client.ListAsync(Kinds.Pod, ns, $"{Manifest.IdLabel}={owner.Id:D}", ct))
            pods.Add(pod);
        return NewestFirst(pods);
    }

    private static IReadOnlyList<JsonObject> NewestFirst(IEnumerable<JsonObject> pods) =>
        [.. pods.OrderByDescending(p => p.Text("metadata", "creationTimestamp"), StringComparer.Ordinal)];

    /// <summary>
    /// Events about an object and its pod, newest first. A quota refuses pods, not what makes them, and volumes and networks have
    /// no condition: only events tell.
    /// </summary>
    public async Task<IReadOnlyList<JsonObject>> EventsAsync(string ns, JsonObject controller, JsonObject? pod, CancellationToken ct)
    {
        var events = new List<JsonObject>();
        await foreach (var e in Client.ListAsync(Kinds.Event, ns, null, ct))
            events.Add(e);
        return ClusterEvents.About(events, controller, pod);
    }

    /// <summary>Runs a step; a refusal that only a person can mend becomes a status, everything else is retried by the queue.</summary>
    public async Task<WorkloadStatus?> RefusedAsync(Func<Task> step)
    {
        try
        {
            await step();
            return null;
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Forbidden or ClusterFailure.Invalid or ClusterFailure.Owned || PodHealth.Refused(e.Message) is not null)
        {
            return PodHealth.Refused(e.Message)
                ?? new WorkloadStatus(WorkloadState.Attention, ReasonOf(e.Failure), e.Message);
        }
    }

    private static string ReasonOf(ClusterFailure failure) => failure switch
    {
        ClusterFailure.Forbidden => "cluster.forbidden",
        ClusterFailure.Owned => "cluster.owned_by_other",
        _ => "cluster.invalid",
    };
}

using System.Collections.Concurrent;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Infrastructure.Kubernetes.Sessions;

/// <summary>The clusters that are connected in this process. <see cref="ClusterSetHost"/> opens and closes them.</summary>
internal sealed class ClusterSet : IClusters, IWorkloadRoute
{
    private readonly ConcurrentDictionary<Guid, ClusterSession> _sessions = new();

    /// <summary>Told the row of each object, in any cluster, that was added, changed or deleted.</summary>
    public Action<ReconcileOwner>? Touched { get; set; }

    public IReadOnlyList<ConnectedCluster> All =>
        [.. _sessions.Values.Select(s => s.Cluster).OrderBy(c => c.Name, StringComparer.Ordinal)];

    public ConnectedCluster Get(Guid? id) => Find(id)?.Cluster ?? ConnectedCluster.Absent(id);

    public ClusterSession? Find(Guid? id) => id is { } known && _sessions.TryGetValue(known, out var session) ? session : null;

    public void Set(Guid id, ClusterSession session) => _sessions[id] = session;

    public ClusterSession? Remove(Guid id) => _sessions.TryRemove(id, out var session) ? session : null;

    public async Task<WorkloadRoute> ToAsync(Guid? clusterId, string ns, string pod, string address, int port, CancellationToken ct) =>
        Find(clusterId) is { } session
            ? await session.Route.ToAsync(ns, pod, address, port, ct)
            : throw new ClusterException(ClusterFailure.Unavailable, "The cluster is not connected.");
}

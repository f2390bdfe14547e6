using Microsoft.Extensions.Logging;
using Portal.Core.Cluster;
using Portal.Core.Ownership;
using Portal.Infrastructure.Kubernetes.Watching;

namespace Portal.Infrastructure.Kubernetes.Sessions;

/// <summary>
/// Everything that belongs to one connected cluster: the line, what it serves, what its watches saw. Each has its own rate
/// and its own time-outs, so that one that hangs takes nothing from another.
/// </summary>
internal sealed class ClusterSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ClusterDiscovery _discovery;
    private readonly ClusterWatcher _watcher;
    private Task _run = Task.CompletedTask;

    /// <param name="touched">Told the row of each object that was added, changed or deleted.</param>
    public ClusterSession(
        Guid id, string name, ClusterLine line, KubernetesOptions options, Action<ReconcileOwner> touched, TimeProvider clock, ILoggerFactory loggers,
        DisputeBook? disputes = null)
    {
        Connection = new ClusterConnection(line, options, clock);
        _discovery = new ClusterDiscovery(Connection, clock);
        Cache = new ClusterCache(_discovery);
        Cluster = new ConnectedCluster(id, name, new KubernetesClusterClient(Connection, _discovery, Cache.Take), Cache, disputes);
        Route = new ClusterRoute(Connection, _discovery);
        _watcher = new ClusterWatcher(name, Cache, Connection, _discovery, touched, clock, loggers.CreateLogger<ClusterWatcher>());
    }

    public ConnectedCluster Cluster { get; private set; }

    public ClusterConnection Connection { get; }

    public ClusterCache Cache { get; }

    public ClusterRoute Route { get; }

    /// <summary>What people call it has changed; nothing else has.</summary>
    public void Rename(string name) => Cluster = Cluster.Renamed(name);

    /// <summary>Begins to follow those of <paramref name="kinds"/> that the cluster serves.</summary>
    public void Watch(IReadOnlyList<ResourceType> kinds) =>
        _run = Task.Run(() => _watcher.RunAsync(kinds, _stop.Token), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        Route.Dispose();
        Connection.Dispose();
        _stop.Dispose();
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using Portal.Infrastructure.Kubernetes.Sessions;
using Portal.Testing.Faults;

namespace Portal.Benchmarks.Clusters;

/// <summary>Applies manifests one after the other to a cluster of its own, by the portal's client and nothing else.</summary>
internal sealed class BareLoop : IAsyncDisposable
{
    private readonly BenchCluster _cluster;
    private readonly FaultProxy? _way;
    private readonly ClusterSession _line;

    private BareLoop(BenchCluster cluster, FaultProxy? way)
    {
        (_cluster, _way) = (cluster, way);
        _line = OnboardBenchmark.Line(way?.Kubeconfig ?? cluster.Kubeconfig);
    }

    /// <summary>Starts the cluster.</summary>
    /// <param name="longer">How much longer each call takes that is measured.</param>
    public static async Task<BareLoop> StartAsync(TimeSpan longer)
    {
        var cluster = await BenchCluster.OfLoopAsync();
        return new BareLoop(cluster, await OnboardBenchmark.WayToAsync(cluster, longer));
    }

    /// <summary>Fills the cluster with projects, each call as fast as it goes.</summary>
    public async Task FillAsync(IEnumerable<IReadOnlyList<JsonObject>> projects, CancellationToken ct)
    {
        await using var direct = OnboardBenchmark.Line(_cluster.Kubeconfig);
        await ApplyAsync(direct, projects, ct);
    }

    /// <summary>Applies the manifests of projects, and says how long it took.</summary>
    public async Task<TimeSpan> ApplyAsync(IEnumerable<IReadOnlyList<JsonObject>> projects, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        await ApplyAsync(_line, projects, ct);
        return clock.Elapsed;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _line.DisposeAsync();
        if (_way is not null)
            await _way.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    private static async Task ApplyAsync(ClusterSession line, IEnumerable<IReadOnlyList<JsonObject>> projects, CancellationToken ct)
    {
        foreach (var manifest in projects.SelectMany(p => p))
            await line.Cluster.Client.ApplyAsync(manifest, ct);
    }
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using Portal.Testing.Clusters;
using Portal.Testing.Faults;

namespace Portal.Benchmarks.Clusters;

/// <summary>Applies manifests one after the other to an embedded cluster of its own, by the portal's client and nothing else.</summary>
internal sealed class BareLoop : IAsyncDisposable
{
    private readonly EmbeddedCluster _cluster = new();
    private FaultProxy? _way;

    /// <summary>Starts the cluster.</summary>
    /// <param name="longer">How much longer each call takes.</param>
    public static async Task<BareLoop> StartAsync(TimeSpan longer)
    {
        var loop = new BareLoop();
        await loop._cluster.InitializeAsync();
        loop._way = await OnboardBenchmark.WayToAsync(loop._cluster, longer);
        return loop;
    }

    /// <summary>Applies the manifests of projects, and says how long it took.</summary>
    public async Task<TimeSpan> ApplyAsync(IEnumerable<IReadOnlyList<JsonObject>> projects, CancellationToken ct)
    {
        await using var line = OnboardBenchmark.Line(_way?.Kubeconfig ?? _cluster.Kubeconfig);
        var clock = Stopwatch.StartNew();
        foreach (var manifest in projects.SelectMany(p => p))
            await line.Cluster.Client.ApplyAsync(manifest, ct);
        return clock.Elapsed;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_way is not null)
            await _way.DisposeAsync();
        await _cluster.DisposeAsync();
    }
}

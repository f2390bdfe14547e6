using Portal.Testing.Clusters;

namespace Portal.Benchmarks.Clusters;

/// <summary>
/// A cluster to measure before: an embedded one of its own, or one that is named by <see cref="Variable"/>, which keeps what was
/// applied to it. That one serves Kueue's definitions only where Kueue runs too, or no project gets ready, and has a default storage
/// class.
/// </summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    /// <summary>Paths of two kubeconfigs, separated by a colon: of the portal's cluster and of the one that is compared with.</summary>
    public const string Variable = "PORTAL_BENCH_CLUSTERS";

    private readonly EmbeddedCluster? _embedded;

    private BenchCluster(EmbeddedCluster? embedded, string kubeconfig) => (_embedded, Kubeconfig) = (embedded, kubeconfig);

    /// <summary>How clients find it.</summary>
    public string Kubeconfig { get; }

    /// <summary>Whether clusters are named.</summary>
    public static bool IsGiven => Given.Length > 0;

    private static string[] Given => Environment.GetEnvironmentVariable(Variable)?.Split(':', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>The cluster that the portal works on.</summary>
    public static Task<BenchCluster> OfPortalAsync() => StartAsync(0);

    /// <summary>The cluster that the bare loop works on.</summary>
    public static Task<BenchCluster> OfLoopAsync() => StartAsync(1);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _embedded?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<BenchCluster> StartAsync(int place)
    {
        if (IsGiven)
            return new BenchCluster(null, Given[place]);
        var embedded = new EmbeddedCluster();
        await embedded.InitializeAsync();
        return new BenchCluster(embedded, embedded.Kubeconfig);
    }
}

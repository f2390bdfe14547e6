using Portal.Core.Clusters;
using Portal.Core.Results;

namespace Portal.Core.Tests.Clusters;

/// <summary>Finds what the test says, wherever it is sent; the real probe has tests of its own against a real API server.</summary>
internal sealed class FoundCluster : IClusterProbe
{
    public ClusterCheck Finding { get; set; } = ClusterCheck.None;

    /// <summary>What happens while it is tried.</summary>
    public Func<Task>? Meanwhile { get; set; }

    public Result<ClusterWay> Read(ClusterCredentials given) => new ClusterWay("https://cluster.test:6443", "sealed");

    public async Task<ClusterCheck> TryAsync(ClusterRegistration cluster, CancellationToken ct)
    {
        if (Meanwhile is { } happens)
            await happens();
        return Finding;
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using Portal.LocalCluster;
using Xunit;

namespace Portal.Testing.Clusters;

/// <summary>The embedded cluster on a free loopback port, for one test assembly: two nodes, one with eight simulated accelerators.</summary>
public sealed class EmbeddedCluster : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "portal-cluster-" + Guid.NewGuid().ToString("N")[..8]);
    private LocalCluster.LocalCluster? _cluster;

    /// <summary>Changes what the options say, before it starts.</summary>
    public Action<LocalClusterOptions>? Configure { get; init; }

    /// <summary>Where requests are recorded, when the options ask for it: a JSON object a line.</summary>
    public string RequestRecord => Path.Combine(_folder, "requests.jsonl");

    /// <summary>How clients find it.</summary>
    public string Kubeconfig => _cluster!.KubeconfigPath;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        LocalClusterOptions options = new()
        {
            DataDirectory = _folder,
            Nodes =
            [
                new LocalNode { Name = "plain", Cpu = "64", Memory = "256Gi" },
                new LocalNode { Name = "accelerated", Cpu = "64", Memory = "256Gi", Resources = { ["nvidia.com/gpu"] = "8" } },
            ],
        };
        Configure?.Invoke(options);
        _cluster = await LocalCluster.LocalCluster.StartAsync(options, NullLoggerFactory.Instance);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

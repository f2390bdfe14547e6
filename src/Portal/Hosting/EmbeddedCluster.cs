using Portal.LocalCluster;

namespace Portal.Hosting;

/// <summary>Starts the embedded cluster before the loops look for it, and ends it, with all it runs, after they have stopped.</summary>
internal sealed class EmbeddedCluster(
    PortalSettings settings, IConfiguration configuration, IHostEnvironment environment, ILoggerFactory loggers) : IHostedLifecycleService
{
    private LocalCluster.LocalCluster? _cluster;

    public static string KubeconfigIn(PortalSettings settings) => Path.Combine(DirectoryIn(settings), "kubeconfig");

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var nodes = configuration.GetSection("Cluster:Nodes").GetChildren().Select(section =>
        {
            var node = new LocalNode { Name = section["Name"] ?? "" };
            section.Bind(node);
            return node;
        });
        var options = new LocalClusterOptions
        {
            DataDirectory = DirectoryIn(settings),
            Nodes = [.. nodes],
            EnvironmentName = environment.EnvironmentName,
            RecordRequests = configuration.GetValue<bool>("Cluster:RecordRequests"),
        };
        if (configuration.GetSection("Cluster:Operators").Get<string[]>() is { } operators)
            options.Operators = operators.ToHashSet(StringComparer.Ordinal);
        _cluster = await LocalCluster.LocalCluster.StartAsync(options, loggers, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    private static string DirectoryIn(PortalSettings settings) => Path.Combine(settings.DataDirectory, "cluster");
}

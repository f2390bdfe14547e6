using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Tests.Controllers;

/// <summary>The objects, controllers and node agent of a cluster, with real processes and without HTTP.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private static readonly (string Kind, string Plural, bool Namespaced)[] Kueue =
    [
        ("Workload", "workloads", true), ("LocalQueue", "localqueues", true), ("ClusterQueue", "clusterqueues", false),
        ("ResourceFlavor", "resourceflavors", false), ("Cohort", "cohorts", false), ("WorkloadPriorityClass", "workloadpriorityclasses", false),
    ];

    private readonly ServiceProvider _services;
    private readonly List<Task> _running = [];
    private CancellationTokenSource _stop = new();

    private TestCluster(LocalClusterOptions options)
    {
        Options = options;
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddApiMachinery(new ForgetfulLog());
        ClusterParts.Add(services);
        _services = services.BuildServiceProvider();
        ResourceCatalog catalog = _services.GetRequiredService<ResourceCatalog>();
        foreach ((string kind, string plural, bool namespaced) in Kueue)
        {
            ResourceType type = new("kueue.x-k8s.io", "v1beta2", kind, plural) { Namespaced = namespaced, HasStatus = true, HasGeneration = true, Custom = true };
            if (catalog.Stored(type.GroupResource) is null) catalog.Set(type.GroupResource, [type]);
        }
        Objects = _services.GetRequiredService<IObjects>();
        Logs = _services.GetRequiredService<IPodLogs>();
    }

    public IObjects Objects { get; }

    public IPodLogs Logs { get; }

    public LocalClusterOptions Options { get; }

    public static TestCluster Start(Action<LocalClusterOptions>? configure = null)
    {
        LocalClusterOptions options = new() { DataDirectory = Directory.CreateTempSubdirectory("local-cluster-").FullName, Nodes = [new LocalNode { Name = "node-1" }] };
        configure?.Invoke(options);
        TestCluster cluster = new(options);
        cluster.Create($$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team","labels":{"kubernetes.io/metadata.name":"team"} } }""");
        cluster.StartControllers();
        return cluster;
    }

    public void StartControllers()
    {
        _stop = new CancellationTokenSource();
        foreach (Type type in _services.GetServices<IController>().Select(controller => controller.GetType()))
        {
            IController controller = (IController)ActivatorUtilities.CreateInstance(_services, type);
            _running.Add(Task.Run(() => controller.RunAsync(_stop.Token)));
        }
    }

    public async Task StopControllersAsync()
    {
        await _stop.CancelAsync();
        foreach (Task task in _running)
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException)
            {
                // As asked.
            }
        }
        _running.Clear();
    }

    public async Task<JsonObject> ReadyAsync()
    {
        await Eventually.True(() => Objects.Find("nodes", null, Options.Nodes[0].Name) is { } node && node.Items("status", "conditions") is not null, "the node is registered");
        return Objects.Find("nodes", null, Options.Nodes[0].Name)!;
    }

    public JsonObject Create(string json) => Objects.Create((JsonObject)JsonNode.Parse(json)!);

    public async Task<string> LogAsync(string pod, string container = "main", bool previous = false)
    {
        List<string> lines = [];
        await foreach (string line in Logs.Read(new PodLogRequest("team", pod, container, Previous: previous), CancellationToken.None)) lines.Add(line);
        return string.Join('\n', lines);
    }

    public IReadOnlyList<JsonObject> PodsOf(string job) => Objects.List("pods", "team", $"job-name={job}");

    public async ValueTask DisposeAsync()
    {
        await StopControllersAsync();
        await _services.DisposeAsync();
        Directory.Delete(Options.DataDirectory, recursive: true);
    }
}

/// <summary>Waits for a condition, not for a time.</summary>
public static class Eventually
{
    public static Task True(Func<bool> condition, string what, int seconds = 60) => True(() => Task.FromResult(condition()), what, seconds);

    public static async Task True(Func<Task<bool>> condition, string what, int seconds = 60)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(seconds);
        while (!await condition())
        {
            if (DateTime.UtcNow > end) Assert.Fail($"Never came true: {what}");
            await Task.Delay(20);
        }
    }

    public static async Task<T> Some<T>(Func<T?> find, string what, int seconds = 60) where T : class
    {
        T? found = null;
        await True(() => (found = find()) is not null, what, seconds);
        return found!;
    }
}

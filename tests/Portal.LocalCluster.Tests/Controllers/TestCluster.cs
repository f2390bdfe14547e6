using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Controllers;

/// <summary>A started cluster with one node and the namespace <c>team</c>, spoken to by its in-process door; its processes are real.</summary>
public sealed class TestCluster : IAsyncDisposable
{
    private LocalCluster? _cluster;

    private TestCluster(LocalClusterOptions options) => Options = options;

    public LocalClusterOptions Options { get; }

    public IObjects Objects => Part<IObjects>();

    public IPodLogs Logs => Part<IPodLogs>();

    public IPodExec Exec => Part<IPodExec>();

    public Uri Address => _cluster!.Address;

    public string Token => _cluster!.Token;

    public string KubeconfigPath => _cluster!.KubeconfigPath;

    public static async Task<TestCluster> StartAsync(Action<LocalClusterOptions>? configure = null)
    {
        LocalClusterOptions options = new() { DataDirectory = Directory.CreateTempSubdirectory("local-cluster-").FullName, Nodes = [new LocalNode { Name = "node-1" }] };
        configure?.Invoke(options);
        TestCluster cluster = new(options);
        await cluster.StartAgainAsync();
        cluster.Create("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"} }""");
        return cluster;
    }

    public async Task StartAgainAsync() => _cluster = await LocalCluster.StartAsync(Options, NullLoggerFactory.Instance);

    public async Task StopAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        _cluster = null;
    }

    public JsonObject Create(string json) => Objects.Create((JsonObject)JsonNode.Parse(json)!);

    public async Task<string> LogAsync(string pod, string container = "main", bool previous = false, bool follow = false)
    {
        List<string> lines = [];
        await foreach (string line in Logs.Read(new PodLogRequest("team", pod, container, Follow: follow, Previous: previous), CancellationToken.None)) lines.Add(line);
        return string.Join('\n', lines);
    }

    public IReadOnlyList<JsonObject> PodsOf(string job) => Objects.List("pods", "team", $"job-name={job}");

    public bool Said(string reason) => Objects.List("events", "team").Any(said => said.Text("reason") == reason);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Options.DataDirectory, recursive: true);
    }

    private T Part<T>() where T : class => (T)_cluster!.Services.GetService(typeof(T))!;
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

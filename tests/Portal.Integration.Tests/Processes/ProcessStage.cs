using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portal.Core;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;
using Portal.Core.Tokens;
using Portal.Infrastructure.Data;
using Portal.Infrastructure.Kubernetes;
using Portal.Testing.Cluster;
using Portal.Testing.Databases;
using Portal.Testing.Processes;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Processes;

/// <summary>
/// The portal in a process of its own with its embedded cluster, spoken to over HTTP as people's programs do, and a second
/// look at what it left behind: its database and its cluster, read by the test itself.
/// </summary>
internal sealed class ProcessStage : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly Dictionary<string, HttpClient> _clients = [];

    private ProcessStage(PortalProcess portal, ServiceProvider services) => (Portal, _services) = (portal, services);

    public PortalProcess Portal { get; }

    /// <summary>Starts the portal on an empty database of the provider.</summary>
    public static async Task<ProcessStage> StartAsync(Provider provider, PostgresServer server, CancellationToken ct)
    {
        var postgres = provider == Provider.Postgres ? await server.NewDatabaseAsync() : "";
        // The lease of a killed process stands until it expires: a short one lets the successor go on at once.
        var portal = new PortalProcess("--Sample:Enabled", "false", "--Database:Postgres", postgres, "--Reconciliation:Lease", "00:00:01");
        await portal.StartAsync(ct);
        var services = new ServiceCollection().AddLogging().AddPortalCore()
            .AddPortalData(new DatabaseOptions { Postgres = postgres, SqliteFile = Path.Combine(portal.Folder, "portal.db") })
            .AddPortalKubernetes(new KubernetesOptions { Kubeconfig = portal.Kubeconfig, Registration = new ConfiguredCluster("Main") });
        var stage = new ProcessStage(portal, services.BuildServiceProvider());
        foreach (var host in stage._services.GetServices<IHostedService>())
            await host.StartAsync(ct);
        await Eventually.TrueAsync(() => stage.Get<IClusters>().All.Count == 1, "the test itself is connected to the cluster", ct);
        foreach (var account in new[] { "scientist", "lead", "admin", "auditor" })
            stage._clients[account] = await stage.ClientAsync(account);
        return stage;
    }

    private ConnectedCluster Cluster => Get<IClusters>().All.Single();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public Task<PortalDb> OpenAsync() => Get<IDbContextFactory<PortalDb>>().CreateDbContextAsync();

    public async Task<Actor> ActorAsync(string account)
    {
        await using var db = await OpenAsync();
        return new Actor((await db.People.SingleAsync(p => p.UserName == account)).Id, account);
    }

    /// <summary>Sends a command and gives back its answer; null when the portal was gone before it answered.</summary>
    public async Task<JsonNode?> TrySendAsync(string account, HttpMethod method, string path, object body)
    {
        try
        {
            return await SendAsync(account, method, path, body);
        }
        catch (Exception gone) when (gone is HttpRequestException { StatusCode: null } or IOException)
        {
            return null;
        }
    }

    /// <summary>Sends a command that is answered.</summary>
    public async Task<JsonNode> SendAsync(string account, HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path) { Content = JsonContent.Create(body) };
        using var answer = await _clients[account].SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return answer.StatusCode == HttpStatusCode.NoContent ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <summary>Streams a body; gives it the time that a large one needs.</summary>
    public async Task<JsonNode> UploadAsync(string account, HttpMethod method, string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path) { Content = content };
        using var answer = await _clients[account].SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    public async Task<JsonNode> GetAsync(string account, string path) =>
        JsonNode.Parse(await _clients[account].GetStringAsync(new Uri("/api/v1/" + path, UriKind.Relative)))!;

    public Task UntilAsync(string account, string path, Func<JsonNode, bool> holds)
    {
        JsonNode? last = null;
        return Eventually.TrueAsync(async () => holds(last = await GetAsync(account, path)), () => $"{path} as wanted, and it is {last}\n{Portal.Output}");
    }

    /// <summary>Objects of a kind that carry the id of a row.</summary>
    public async Task<IReadOnlyList<JsonObject>> ObjectsAsync(ResourceType type, Guid owner)
    {
        var found = new List<JsonObject>();
        await foreach (var item in Cluster.Client.ListAsync(type, null, $"{Manifest.IdLabel}={owner:D}", default))
            found.Add(item);
        return found;
    }

    /// <summary>What a pass over a project would still change in the cluster, by the plan that follows from its rows.</summary>
    public async Task<IReadOnlyList<string>> ChangesWantedAsync(Guid project)
    {
        var seen = new SeenCluster();
        var served = await Cluster.Client.CapabilitiesAsync(default);
        foreach (var type in _services.GetServices<IReconciler>().Single(r => r.Kind == nameof(Project)).Watches.Where(served.Serves))
        {
            await foreach (var item in Cluster.Client.ListAsync(type, null, null, default))
                seen.With(type, item);
        }
        await using var db = await OpenAsync();
        var row = await db.Projects.Include(p => p.Members).ThenInclude(m => m.Person).Include(p => p.Team).SingleAsync(p => p.Id == project);
        var writer = new RefusingWriter(Cluster.Client);
        IClusters clusters = new RefusingClusters(Cluster, writer, seen);
        var plan = await ActivatorUtilities.CreateInstance<ProjectPlanner>(_services, clusters).PlanAsync(db, row, default);
        foreach (var kind in Enum.GetValues<ProjectStepKind>())
            await new ProjectSteps(clusters, TimeProvider.System).TakeAsync(kind, plan, default);
        return writer.Writes;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
        foreach (var host in _services.GetServices<IHostedService>())
            await host.StopAsync(default);
        await _services.DisposeAsync();
        SqliteConnection.ClearAllPools();
        await Portal.DisposeAsync();
    }

    private async Task<HttpClient> ClientAsync(string account)
    {
        var token = await Get<ApiTokenService>().CreateAsync(await ActorAsync(account), "test", 1, default);
        var client = new HttpClient { BaseAddress = Portal.Address, Timeout = TimeSpan.FromMinutes(10) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Value);
        return client;
    }
}

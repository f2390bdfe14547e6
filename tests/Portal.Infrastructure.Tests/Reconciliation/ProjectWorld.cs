using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Sessions;
using Portal.Infrastructure.Reconciliation;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

/// <summary>The portal's loops on a real database and a real API server, with a team whose lead is <c>lead</c> and member <c>ana</c>.</summary>
internal sealed class ProjectWorld : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly ClusterSession _line;
    private IReadOnlyList<IHostedService> _running = [];

    private ProjectWorld(TestDatabase database)
    {
        _database = database;
        // For passes that a test makes itself; the started loops connect their own.
        _line = new ClusterSession(
            ClusterRegistration.ConfiguredId, "Main", ClusterLine.FromFile(database.Get<KubernetesOptions>().Kubeconfig), database.Get<KubernetesOptions>(),
            _ => { }, TimeProvider.System, NullLoggerFactory.Instance, database.Get<DisputeBook>());
        database.Get<ClusterSet>().Set(ClusterRegistration.ConfiguredId, _line);
    }

    public TestDatabase Database => _database;

    public Actor Ana { get; private set; } = null!;

    public Actor Lead { get; private set; } = null!;

    public Guid Team { get; private set; }

    public ChangingGrants Grants { get; private set; } = null!;

    public IClusterClient Client => _line.Cluster.Client;

    public IReconciler Reconciler => _database.Services.GetServices<IReconciler>().Single(r => r.Kind == nameof(Project));

    public static async Task<ProjectWorld> CreateAsync(
        Provider provider, PostgresServer server, string kubeconfig, Action<IServiceCollection>? configure = null)
    {
        var grants = new ChangingGrants();
        var database = await TestDatabase.CreateAsync(provider, server, services =>
        {
            services.AddSingleton(TimeProvider.System);
            services.AddMetrics();
            services.AddPortalKubernetes(new KubernetesOptions { Kubeconfig = kubeconfig, Registration = new ConfiguredCluster("Main") });
            services.AddPortalReconciliation(new ReconciliationOptions { Backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)) });
            services.Replace(ServiceDescriptor.Singleton<IProjectGrants>(grants));
            configure?.Invoke(services);
        });
        await database.ClusterAsync("Main", c => (c.Id, c.Connection) = (ClusterRegistration.ConfiguredId, ClusterConnectionKind.Installation));
        var world = new ProjectWorld(database) { Grants = grants, Lead = await database.PersonAsync("lead"), Ana = await database.PersonAsync("ana") };
        world.Team = await database.TeamAsync("Risk", world.Lead, world.Ana);
        return world;
    }

    /// <summary>Starts the informers, the lease and the workers.</summary>
    public async Task StartAsync()
    {
        _running = [.. _database.Services.GetServices<IHostedService>()];
        foreach (var service in _running)
            await service.StartAsync(default);
    }

    /// <summary>Stops them; rows stay as they are.</summary>
    public async Task StopAsync()
    {
        foreach (var service in _running.Reverse())
            await service.StopAsync(default);
        _running = [];
    }

    public async Task<Guid> CreateProjectAsync(string? name = null)
    {
        var draft = new ProjectDraft(Guid.CreateVersion7(), name ?? "p " + Guid.NewGuid().ToString("N")[..8], Team);
        return (await _database.Get<ProjectService>().CreateAsync(Ana, draft, default)).Value;
    }

    public async Task<Project?> FindAsync(Guid id)
    {
        await using var db = await _database.OpenAsync();
        return await db.Projects.AsNoTracking().Include(p => p.Members).SingleOrDefaultAsync(p => p.Id == id);
    }

    /// <summary>A pass over a row, beside those that the loops make by themselves.</summary>
    public Task<ReconcileResult> PassAsync(string kind, Guid id) =>
        _database.Services.GetServices<IReconciler>().Single(r => r.Kind == kind).ReconcileAsync(id, default);

    /// <summary>Waits until the row says so.</summary>
    public async Task<Project> WaitForAsync(Guid id, ProjectState state)
    {
        var found = await FindAsync(id);
        await Eventually.TrueAsync(
            async () => (found = await FindAsync(id)) is { } p && p.State == state && (p.ObservedGeneration == p.Generation || state == ProjectState.Attention),
            () => $"project {state}, and it is {found?.State}: {string.Join("; ", found?.Steps.Select(s => $"{s.Kind} {s.State} {s.Reason} {s.Detail}") ?? [])}");
        return found!;
    }

    /// <summary>Changes what is wanted, as a service would.</summary>
    public async Task ChangeAsync(Guid id, Action<Project> change)
    {
        for (var saved = false; !saved;)
        {
            await using var db = await _database.OpenAsync();
            var project = await db.Projects.Include(p => p.Members).SingleAsync(p => p.Id == id);
            change(project);
            project.Generation++;
            try
            {
                await db.SaveChangesAsync();
                saved = true;
            }
            catch (DbUpdateConcurrencyException)
            {
                // The reconciler was writing: read again, as a person would press again.
            }
        }
    }

    /// <summary>Writes fields as another manager would, with kubectl or a controller.</summary>
    public async Task EditAsync(ObjectKey key, JsonObject mergePatch, string manager)
    {
        using var response = await _line.Connection.SendAsync(
            HttpMethod.Patch, $"{key.Type.Path(key.Namespace)}/{key.Name}?fieldManager={manager}", default,
            () => new StringContent(mergePatch.ToJsonString(), Encoding.UTF8, "application/merge-patch+json"));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        List<string> namespaces;
        await using (var db = await _database.OpenAsync())
            namespaces = await db.Projects.Select(p => p.Namespace).ToListAsync();
        foreach (var ns in namespaces)
        {
            await LetGoAsync(new ObjectKey(Kinds.Namespace, null, ns));
            await LetGoAsync(new ObjectKey(Kinds.ClusterQueue, null, ns));
        }
        await _line.DisposeAsync();
        await _database.DisposeAsync();
    }

    // Of connections that a test has cut one may still be among those that are kept for the next call, and a test may end amid its faults.
    private Task LetGoAsync(ObjectKey key) => Eventually.TrueAsync(async () =>
    {
        try
        {
            await Client.DeleteAsync(key, default);
            return true;
        }
        catch (ClusterException)
        {
            return false;
        }
    }, $"{key.Name} let go");
}

/// <summary>Grants that the test sets.</summary>
internal sealed class ChangingGrants : IProjectGrants
{
    public IReadOnlyList<ProjectGrant> Active { get; set; } = [];

    public Task<ProjectShare> ShareAsync(PortalDb db, Guid projectId, Guid teamId, Guid? clusterId, CancellationToken ct) => Task.FromResult(new ProjectShare(Active));

    public Task<Guid?> PoolAsync(PortalDb db, Guid projectId, CancellationToken ct) => Task.FromResult<Guid?>(null);

    public Task<bool> HoldsAnyAsync(Guid projectId, CancellationToken ct) => Task.FromResult(Active.Count > 0);
}

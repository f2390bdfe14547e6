using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Clusters.Questions;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;
using Portal.Core.Tests.Clusters;
using Portal.Testing.Cluster;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

namespace Portal.Core.Tests.Projects;

/// <summary>Passes of the reconcilers over the rows of a team, whose lead is lead, and a cluster in memory.</summary>
internal sealed class PassStage : IAsyncDisposable
{
    /// <summary>What a cluster with Kueue serves.</summary>
    public static readonly ResourceType[] Kueue =
        [Kinds.ClusterQueue, Kinds.LocalQueue, Kinds.ResourceFlavor, Kinds.Cohort, Kinds.WorkloadPriorityClass];

    private PassStage(TestDatabase database, MemoryCluster cluster) => (Database, Cluster) = (database, cluster);

    public TestDatabase Database { get; }

    public MemoryCluster Cluster { get; }

    public Actor Ana { get; private set; } = null!;

    public Actor Lead { get; private set; } = null!;

    public Guid Team { get; private set; }

    public static async Task<PassStage> CreateAsync(Provider provider, PostgresServer server, params ResourceType[] served)
    {
        var cluster = new MemoryCluster(served);
        var database = await TestDatabase.CreateAsync(provider, server, s => s.AddSingleton<IClusters>(cluster));
        await database.ClusterAsync("Memory", c => c.Id = cluster.Id);
        var stage = new PassStage(database, cluster) { Ana = await database.PersonAsync("ana"), Lead = await database.PersonAsync("lead", PlatformRole.Lead) };
        stage.Team = await database.TeamAsync("Risk", stage.Lead, stage.Ana);
        return stage;
    }

    /// <summary>A project that no pass has looked at yet.</summary>
    public async Task<Guid> ProjectAsync(string name = "Credit risk") =>
        (await Database.Get<ProjectService>().CreateAsync(Ana, new ProjectDraft(Guid.CreateVersion7(), name, Team), default)).Value;

    /// <summary>A project that is ready.</summary>
    public async Task<Project> ReadyAsync()
    {
        var project = await PassAsync(await ProjectAsync());
        Assert.Equal(ProjectState.Ready, project.State);
        return project;
    }

    /// <summary>Changes what is wanted, as a service would.</summary>
    public async Task ChangeAsync(Guid id, Action<Project> change)
    {
        await using var db = await Database.OpenAsync();
        var project = await db.Projects.Include(p => p.Members).SingleAsync(p => p.Id == id);
        change(project);
        project.Generation++;
        await db.SaveChangesAsync();
    }

    /// <summary>One pass over a project, and what became of it.</summary>
    public async Task<Project> PassAsync(Guid id)
    {
        await PassAsync(nameof(Project), id);
        await using var db = await Database.OpenAsync();
        return await db.Projects.AsNoTracking().SingleAsync(p => p.Id == id);
    }

    /// <summary>One pass over a row.</summary>
    public Task<ReconcileResult> PassAsync(string kind, Guid id) =>
        Database.Services.GetServices<IReconciler>().Single(r => r.Kind == kind).ReconcileAsync(id, default);

    /// <summary>What was asked of the cluster, once the questions are answered.</summary>
    public async Task<T> AnsweredAsync<T>(Task<T> asking)
    {
        var answers = ActivatorUtilities.CreateInstance<ClusterQuestionReconciler>(Database.Services, new FoundCluster());
        await Eventually.TrueAsync(async () =>
        {
            await using var db = await Database.OpenAsync();
            foreach (var id in await db.Set<ClusterQuestion>().Select(q => q.Id).ToListAsync())
                await answers.ReconcileAsync(id, default);
            return asking.IsCompleted;
        }, "an answer");
        return await asking;
    }

    /// <summary>Members that the namespace lets in, by role.</summary>
    public string[] MembersIn(Project project) =>
    [
        .. Cluster.List(Kinds.RoleBinding, project.Namespace).Where(b => b.Name().StartsWith("dashboard-permissions", StringComparison.Ordinal))
            .Select(b => $"{b.Text("roleRef", "name")}:{b.Items("subjects").First().Text("name")}").Order(StringComparer.Ordinal),
    ];

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Testing.Cluster;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Quotas;

/// <summary>A team with two leads, a project that ana owns, an admin, and a pool of 64 units.</summary>
internal sealed class QuotaStage : IAsyncDisposable
{
    public const string Gpu = "nvidia.com/gpu";

    private QuotaStage(TestDatabase database, SeenCluster cluster) => (Database, Cluster) = (database, cluster);

    public TestDatabase Database { get; }

    public SeenCluster Cluster { get; }

    public Actor Admin { get; private set; } = null!;

    public Actor Lead { get; private set; } = null!;

    public Actor OtherLead { get; private set; } = null!;

    public Actor Ana { get; private set; } = null!;

    public Guid Team { get; private set; }

    public Guid Project { get; private set; }

    public Guid Pool { get; private set; }

    public QuotaService Requests => Database.Get<QuotaService>();

    public QuotaDecisionService Decisions => Database.Get<QuotaDecisionService>();

    public QuotaQueryService Queries => Database.Get<QuotaQueryService>();

    public HardwareService Hardware => Database.Get<HardwareService>();

    public DateTimeOffset Now => Database.Clock.GetUtcNow();

    public static async Task<QuotaStage> CreateAsync(Provider provider, PostgresServer server, int capacity = 64, int budget = 64)
    {
        var cluster = new SeenCluster();
        var database = await TestDatabase.CreateAsync(provider, server, s => s.AddSingleton<IClusters>(cluster));
        await database.ClusterAsync("Seen", c => c.Id = cluster.Id);
        var stage = new QuotaStage(database, cluster)
        {
            Admin = await database.PersonAsync("admin", PlatformRole.Admin),
            Lead = await database.PersonAsync("lead", PlatformRole.Lead),
            OtherLead = await database.PersonAsync("other lead", PlatformRole.Lead),
            Ana = await database.PersonAsync("ana"),
        };
        stage.Team = await database.TeamAsync("Risk", stage.Lead, stage.Ana);
        await using (var db = await database.OpenAsync())
        {
            db.Add(new Core.Teams.TeamMember { TeamId = stage.Team, PersonId = stage.OtherLead.Id, Role = TeamRole.Lead });
            await db.SaveChangesAsync();
        }
        stage.Project = await stage.NewProjectAsync("Credit risk");
        stage.Pool = await stage.NewPoolAsync("Trial GPU", capacity);
        if (budget > 0)
            Ok(await stage.Hardware.SetBudgetAsync(stage.Admin, stage.Pool, stage.Team, budget, default));
        return stage;
    }

    public async Task<Guid> NewProjectAsync(string name, Guid? team = null, Actor? by = null)
    {
        var id = (await Database.Get<ProjectService>().CreateAsync(by ?? Ana, new ProjectDraft(Guid.CreateVersion7(), name, team ?? Team), default)).Value;
        await using var db = await Database.OpenAsync();
        await db.Projects.Where(p => p.Id == id).ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, Cluster.Id));
        return id;
    }

    public async Task<Guid> NewPoolAsync(string name, int capacity, params Guid[] teams) =>
        (await Hardware.CreateAsync(Admin, new PoolDraft(Guid.CreateVersion7(), name, Gpu, capacity, 2.5m) { AllowedTeams = teams }, default)).Value;

    public QuotaDraft Draft(decimal amount = 8, int startInDays = 0, int days = 14) => new(
        Guid.CreateVersion7(), Project, Pool, amount, Now.AddDays(startInDays), Now.AddDays(startInDays + days), "Retrain the scorecard");

    public async Task<Guid> SubmitAsync(decimal amount = 8, int startInDays = 0, int days = 14, Actor? by = null) =>
        (await Requests.SubmitAsync(by ?? Ana, Draft(amount, startInDays, days), default)).Value;

    public async Task<QuotaDecision> SeenAsync(Guid id, string reason = "")
    {
        await using var db = await Database.OpenAsync();
        return new QuotaDecision(id, await db.Set<QuotaRequest>().Where(r => r.Id == id).Select(r => r.ContentHash).SingleAsync(), reason);
    }

    public async Task<Guid> GrantedAsync(int amount = 8, int startInDays = 0, int days = 14)
    {
        var id = await SubmitAsync(amount, startInDays, days);
        Ok(await Decisions.ApproveAsync(Lead, await SeenAsync(id), amount, default));
        return id;
    }

    public async Task<QuotaRequest> RowAsync(Guid id)
    {
        await using var db = await Database.OpenAsync();
        return await db.Set<QuotaRequest>().AsNoTracking().Include(r => r.Steps).SingleAsync(r => r.Id == id);
    }

    public async Task<int> GrantedInPoolAsync()
    {
        await using var db = await Database.OpenAsync();
        return await db.Set<PoolLedger>().Where(l => l.PoolId == Pool).Select(l => l.Granted).SingleAsync();
    }

    public async Task<IReadOnlyList<ProjectGrant>> GrantsAsync() => (await ShareAsync(Cluster.Id)).Grants;

    /// <summary>The project's part of the pools of a cluster.</summary>
    public async Task<ProjectShare> ShareAsync(Guid cluster)
    {
        await using var db = await Database.OpenAsync();
        return await Database.Get<IProjectGrants>().ShareAsync(db, Project, Team, cluster, default);
    }

    public async Task<long> GenerationAsync()
    {
        await using var db = await Database.OpenAsync();
        return await db.Projects.Where(p => p.Id == Project).Select(p => p.Generation).SingleAsync();
    }

    public async Task<List<string>> AuditedAsync(string prefix)
    {
        await using var db = await Database.OpenAsync();
        var entries = await db.AuditEntries.OrderBy(e => e.Seq).ToListAsync();
        Assert.Null(AuditChain.FirstBroken(entries, (0, AuditChain.Genesis)));
        return [.. entries.Select(e => e.Action).Where(a => a.StartsWith(prefix, StringComparison.Ordinal))];
    }

    public static void Ok(Portal.Core.Results.Result result) => Assert.True(result.Succeeded, result.Refusal?.Code);

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Projects;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Projects;

/// <summary>A team with a lead, and a project that ana owns.</summary>
internal sealed class ProjectStage : IAsyncDisposable
{
    private ProjectStage(TestDatabase database, Actor lead, Actor ana, Guid team, Guid project) =>
        (Database, Lead, Ana, Team, Project) = (database, lead, ana, team, project);

    public TestDatabase Database { get; }

    public Actor Lead { get; }

    public Actor Ana { get; }

    public Guid Team { get; }

    public Guid Project { get; }

    public ProjectService Projects => Database.Get<ProjectService>();

    public ProjectLifecycleService Lifecycle => Database.Get<ProjectLifecycleService>();

    public ProjectMembersService Members => Database.Get<ProjectMembersService>();

    public ProjectQueryService Queries => Database.Get<ProjectQueryService>();

    public static async Task<ProjectStage> CreateAsync(Provider provider, PostgresServer server)
    {
        var database = await TestDatabase.CreateAsync(provider, server);
        var lead = await database.PersonAsync("lead", PlatformRole.Lead);
        var ana = await database.PersonAsync("ana");
        var team = await database.TeamAsync("Risk", lead, ana);
        var id = await database.Get<ProjectService>().CreateAsync(ana, new ProjectDraft(Guid.CreateVersion7(), "Credit risk", team), default);
        return new ProjectStage(database, lead, ana, team, id.Value);
    }

    public async Task<ProjectView> ViewAsync() => (await Queries.GetAsync(Ana, Project, default)).Value;

    public async Task<List<string>> AuditedAsync()
    {
        await using var db = await Database.OpenAsync();
        var entries = await db.AuditEntries.OrderBy(e => e.Seq).ToListAsync();
        Assert.Null(AuditChain.FirstBroken(entries, (0, AuditChain.Genesis)));
        return [.. entries.Select(e => e.Action)];
    }

    public async Task<AuditEntry> LastAuditAsync()
    {
        await using var db = await Database.OpenAsync();
        return await db.AuditEntries.OrderByDescending(e => e.Seq).FirstAsync();
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}

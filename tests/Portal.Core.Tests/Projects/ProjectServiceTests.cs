using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Projects;

public class ProjectServiceTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Create_SentTwice_MakesOneProject(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var lead = await database.PersonAsync("lead");
        var ana = await database.PersonAsync("ana");
        var team = await database.TeamAsync("Risk", lead, ana);
        var draft = new ProjectDraft(Guid.CreateVersion7(), "Credit risk", team);
        var service = database.Get<ProjectService>();

        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => service.CreateAsync(ana, draft, default)));

        Assert.All(results, r => Assert.Equal(draft.Id, r.Value));
        await using var db = await database.OpenAsync();
        Assert.Equal(1, await db.Projects.CountAsync());
        var entries = await db.AuditEntries.OrderBy(e => e.Seq).ToListAsync();
        Assert.Equal("project.created", Assert.Single(entries).Action);
        Assert.Null(AuditChain.FirstBroken(entries, (0, AuditChain.Genesis)));
    }

    [Theory, EachProvider]
    public async Task Create_ByOutsider_IsNotFoundAndAudited(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var team = await database.TeamAsync("Risk", await database.PersonAsync("lead"));
        var outsider = await database.PersonAsync("outsider");

        var result = await database.Get<ProjectService>()
            .CreateAsync(outsider, new ProjectDraft(Guid.CreateVersion7(), "Credit risk", team), default);

        Assert.Equal(RefusalKind.NotFound, result.Refusal?.Kind);
        await using var db = await database.OpenAsync();
        Assert.True((await db.AuditEntries.SingleAsync()).Denied);
        Assert.Empty(await db.Projects.ToListAsync());
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Teams;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Teams;

public class TeamServiceTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Create_SentTwice_MakesOneTeamWithItsPeople(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        await database.PersonAsync("lead");
        await database.PersonAsync("ana");
        var draft = new TeamDraft(Guid.CreateVersion7(), " Risk ")
        {
            DefaultRegion = "eu-west",
            DefaultDataClass = DataClass.Confidential,
            Members = [new("lead", TeamRole.Lead), new("ana", TeamRole.Member)],
        };
        var service = database.Get<TeamService>();

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => service.CreateAsync(admin, draft, default)));

        Assert.All(results, r => Assert.Equal(draft.Id, r.Value));
        var team = (await database.Get<TeamQueryService>().GetAsync(admin, draft.Id, default)).Value;
        Assert.Equal(("Risk", "eu-west"), (team.Name, team.DefaultRegion));
        Assert.Equal([("lead", TeamRole.Lead), ("ana", TeamRole.Member)], team.Members.Select(m => (m.UserName, m.Role)));
        await using var db = await database.OpenAsync();
        Assert.Equal("team.created", (await db.AuditEntries.SingleAsync()).Action);
    }

    [Theory, EachProvider]
    public async Task Create_BadInput_IsRefused(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        await database.PersonAsync("lead");
        MemberChange<TeamRole>[] lead = [new("lead", TeamRole.Lead)];
        (TeamDraft Draft, string Code)[] bad =
        [
            (new(Guid.CreateVersion7(), " ") { Members = lead }, "text.empty"),
            (new(Guid.CreateVersion7(), new string('t', 101)) { Members = lead }, "text.long"),
            (new(Guid.CreateVersion7(), "a\tb") { Members = lead }, "text.control"),
            (new(Guid.CreateVersion7(), "Risk"), "team.member_last"),
            (new(Guid.CreateVersion7(), "Risk") { Members = [new("lead", TeamRole.Member)] }, "team.member_last"),
            (new(Guid.CreateVersion7(), "Risk") { Members = [new("ghost", TeamRole.Lead)] }, "team.member_unknown"),
            (new(Guid.CreateVersion7(), "Risk") { Members = [.. lead, new("LEAD", TeamRole.Member)] }, "team.member_twice"),
        ];
        foreach (var (draft, code) in bad)
            Assert.Equal(code, (await database.Get<TeamService>().CreateAsync(admin, draft, default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Edit_FromStalePage_IsRefused(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var lead = await database.PersonAsync("lead");
        var team = await database.TeamAsync("Risk", lead);
        var service = database.Get<TeamService>();

        Assert.Null((await service.EditAsync(lead, team, 1, new TeamContent("Risk") { DefaultCostCentre = "1" }, default)).Refusal);
        Assert.Null((await service.EditAsync(lead, team, 1, new TeamContent("Risk") { DefaultCostCentre = "1" }, default)).Refusal);
        Assert.Equal("team.stale", (await service.EditAsync(lead, team, 1, new TeamContent("Risk 2"), default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Members_LastLead_StaysAndNobodyRaisesThemselves(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var lead = await database.PersonAsync("lead");
        await database.PersonAsync("ana");
        var team = await database.TeamAsync("Risk", lead);
        var service = database.Get<TeamMembersService>();

        Assert.Equal("team.member_last", (await service.ChangeAsync(lead, team, 1, [new("lead", null)], default)).Refusal?.Code);
        Assert.Equal("team.member_self", (await service.ChangeAsync(admin, team, 1, [new("admin", TeamRole.Lead)], default)).Refusal?.Code);
        Assert.Null((await service.ChangeAsync(lead, team, 1, [new("ana", TeamRole.Lead), new("lead", TeamRole.Member)], default)).Refusal);
        Assert.Equal(RefusalKind.Forbidden, (await service.ChangeAsync(lead, team, 2, [new("lead", null)], default)).Refusal?.Kind);
    }

    [Theory, EachProvider]
    public async Task List_IsCutToOnesOwnTeams(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var lead = await database.PersonAsync("lead");
        await database.TeamAsync("Risk", lead);
        await database.TeamAsync("Vision", await database.PersonAsync("other"));
        var service = database.Get<TeamQueryService>();

        var mine = (await service.ListAsync(lead, new ListQuery(), default)).Value;
        var all = (await service.ListAsync(admin, new ListQuery("SIO"), default)).Value;

        Assert.Equal(("Risk", 1, "lead"), (mine.Items.Single().Name, mine.Items[0].Members, mine.Items[0].Leads.Single()));
        Assert.Equal("Vision", all.Items.Single().Name);
        Assert.Equal(["Risk"], (await service.ListForNewProjectAsync(lead, default)).Value.Select(t => t.Name));
        Assert.Equal(["Risk", "Vision"], (await service.ListForNewProjectAsync(admin, default)).Value.Select(t => t.Name));
    }
}

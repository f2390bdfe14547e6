using Portal.Core.Access;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Projects;

public class ProjectMembersTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Change_SeveralAtOnce_AddsChangesAndRemoves(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        await stage.Database.PersonAsync("ben");
        await stage.Database.PersonAsync("eve");
        await ChangeAsync(stage, 1, ("ben", ProjectRole.Viewer), ("eve", ProjectRole.Viewer));

        var result = await ChangeAsync(stage, 2, ("BEN", ProjectRole.Owner), ("eve", null));

        Assert.Null(result);
        var members = (await stage.ViewAsync()).Members;
        Assert.Equal([("ana", ProjectRole.Owner), ("ben", ProjectRole.Owner)], members.Select(m => (m.UserName, m.Role)));
        Assert.Equal("""{"member ben":["Viewer","Owner"],"member eve":["Viewer",null]}""", (await stage.LastAuditAsync()).Details);
    }

    [Theory, EachProvider]
    public async Task Change_OneUnknown_ChangesNobody(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        await stage.Database.PersonAsync("ben");

        var code = await ChangeAsync(stage, 1, ("ben", ProjectRole.Viewer), ("nobody", ProjectRole.Viewer));

        Assert.Equal("project.member_unknown", code);
        Assert.Single((await stage.ViewAsync()).Members);
    }

    [Theory, EachProvider]
    public async Task Change_LastOwner_Stays(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);

        Assert.Equal("project.member_last", await ChangeAsync(stage, 1, ("ana", null)));
        Assert.Equal("project.member_last", await ChangeAsync(stage, 1, ("ana", ProjectRole.Viewer)));
    }

    [Theory, EachProvider]
    public async Task Change_LeadPuttingThemselvesIn_IsRefused(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);

        var result = await stage.Members.ChangeAsync(stage.Lead, stage.Project, 1, [new("lead", ProjectRole.Viewer)], default);

        Assert.Equal("project.member_self", result.Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Change_SentTwiceOrFromStalePage_IsOnceOrRefused(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        await stage.Database.PersonAsync("ben");

        Assert.Null(await ChangeAsync(stage, 1, ("ben", ProjectRole.Viewer)));
        Assert.Null(await ChangeAsync(stage, 1, ("ben", ProjectRole.Viewer)));
        Assert.Equal("project.stale", await ChangeAsync(stage, 1, ("ben", ProjectRole.Owner)));

        Assert.Equal(["project.created", "project.members_changed"], await stage.AuditedAsync());
    }

    [Theory, EachProvider]
    public async Task RoleTakenAway_IsGoneAtTheNextCall(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        var ben = await stage.Database.PersonAsync("ben");
        await ChangeAsync(stage, 1, ("ben", ProjectRole.Viewer));
        Assert.True((await stage.Queries.GetAsync(ben, stage.Project, default)).Succeeded);

        await ChangeAsync(stage, 2, ("ben", null));

        Assert.Equal("project.not_found", (await stage.Queries.GetAsync(ben, stage.Project, default)).Refusal?.Code);
    }

    private static async Task<string?> ChangeAsync(ProjectStage stage, long generation, params (string Name, ProjectRole? Role)[] changes) =>
        (await stage.Members.ChangeAsync(stage.Ana, stage.Project, generation,
            [.. changes.Select(c => new MemberChange<ProjectRole>(c.Name, c.Role))], default)).Refusal?.Code;
}

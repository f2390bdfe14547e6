using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Projects;

public class ProjectQueryTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task List_IsCutToWhatTheActorMaySee(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        var otherLead = await stage.Database.PersonAsync("otherlead");
        var other = await stage.Database.TeamAsync("Vision", otherLead, stage.Ana);
        await stage.Projects.CreateAsync(otherLead, new ProjectDraft(Guid.CreateVersion7(), "Faces", other), default);
        var admin = await stage.Database.PersonAsync("admin", PlatformRole.Admin);
        var auditor = await stage.Database.PersonAsync("auditor", PlatformRole.Auditor);
        var outsider = await stage.Database.PersonAsync("outsider");

        Assert.Equal("Credit risk", await NamesAsync(stage, stage.Ana));
        Assert.Equal("Credit risk", await NamesAsync(stage, stage.Lead));
        Assert.Equal("Faces", await NamesAsync(stage, otherLead));
        Assert.Equal("Credit risk, Faces", await NamesAsync(stage, admin));
        Assert.Equal("Credit risk, Faces", await NamesAsync(stage, auditor));
        Assert.Equal("", await NamesAsync(stage, outsider));
    }

    [Theory, EachProvider]
    public async Task List_SearchFilterSortAndPages(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        foreach (var name in new[] { "Alpha", "Beta", "Gamma 100%", "Delta_x" })
            await stage.Projects.CreateAsync(stage.Ana, new ProjectDraft(Guid.CreateVersion7(), name, stage.Team) { Size = ProjectSize.L }, default);

        Assert.Equal("Gamma 100%", await NamesAsync(stage, stage.Ana, new ListQuery("0%")));
        Assert.Equal("Delta_x", await NamesAsync(stage, stage.Ana, new ListQuery("A_")));
        Assert.Equal("Credit risk", await NamesAsync(stage, stage.Ana, new ListQuery("CREDIT")));
        Assert.Equal("Gamma 100%, Delta_x", await NamesAsync(stage, stage.Ana, new ListQuery(Take: 2, Descending: true)));
        Assert.Equal("Beta, Credit risk", await NamesAsync(stage, stage.Ana, new ListQuery(Skip: 1, Take: 2)));
        Assert.Equal("Credit risk", (await ListAsync(stage, stage.Ana, new ListQuery(Sort: "Size", Descending: true))).Items[0].Name);
        Assert.Equal("", await NamesAsync(stage, stage.Ana, filter: new ProjectFilter(Guid.NewGuid())));
        Assert.Equal(5, (await ListAsync(stage, stage.Ana, new ListQuery(Take: 1))).Total);
    }

    [Theory, EachProvider]
    public async Task List_ByCursor_SeesEachOnce(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        foreach (var i in Enumerable.Range(0, 6))
            await stage.Projects.CreateAsync(stage.Ana, new ProjectDraft(Guid.CreateVersion7(), $"P{i}", stage.Team), default);

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await ListAsync(stage, stage.Ana, new ListQuery(Take: 3, Cursor: cursor));
            seen.AddRange(page.Items.Select(p => p.Name));
            cursor = page.Next;
        } while (cursor is not null);

        Assert.Equal(["Credit risk", "P0", "P1", "P2", "P3", "P4", "P5"], seen);
    }

    [Theory, EachProvider]
    public async Task List_ForgedCursor_IsTheFirstPage(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);

        Assert.Equal("Credit risk", await NamesAsync(stage, stage.Ana, new ListQuery(Cursor: "%%%")));
    }

    [Theory, EachProvider]
    public async Task Get_ShowsStepsMembersAndWhatTheActorMayDo(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);

        var owner = await stage.ViewAsync();
        var lead = (await stage.Queries.GetAsync(stage.Lead, stage.Project, default)).Value;

        Assert.Equal(Enum.GetValues<ProjectStepKind>(), owner.Steps.Select(s => s.Kind));
        Assert.Equal(("Risk", "ana"), (owner.TeamName, owner.CreatedBy));
        Assert.True(owner.May(Permission.NotebookRun));
        Assert.False(lead.May(Permission.NotebookRun));
        Assert.True(lead.May(Permission.ProjectMembersManage));
    }

    [Theory, EachProvider]
    public async Task Activity_IsNewestFirstAndPaged(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        await stage.Lifecycle.ArchiveAsync(stage.Ana, stage.Project, 1, default);
        await stage.Lifecycle.UnarchiveAsync(stage.Ana, stage.Project, 2, default);

        var first = (await stage.Queries.ActivityAsync(stage.Ana, stage.Project, new ListQuery(Take: 2), default)).Value;
        var second = (await stage.Queries.ActivityAsync(stage.Ana, stage.Project, new ListQuery(Take: 2, Cursor: first.Next), default)).Value;

        Assert.Equal(["project.unarchived", "project.archived"], first.Items.Select(e => e.Action));
        Assert.Equal(["project.created"], second.Items.Select(e => e.Action));
        Assert.Null(second.Next);
    }

    private static async Task<Page<ProjectRow>> ListAsync(ProjectStage stage, Actor actor, ListQuery? query = null, ProjectFilter? filter = null) =>
        (await stage.Queries.ListAsync(actor, query ?? new ListQuery(), filter ?? new ProjectFilter(), default)).Value;

    private static async Task<string> NamesAsync(ProjectStage stage, Actor actor, ListQuery? query = null, ProjectFilter? filter = null) =>
        string.Join(", ", (await ListAsync(stage, actor, query, filter)).Items.Select(p => p.Name));
}

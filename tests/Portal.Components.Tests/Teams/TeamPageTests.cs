using Bunit;
using Microsoft.EntityFrameworkCore;
using Portal.Components.Pages.Teams;
using Portal.Components.Shared.Members;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Teams;

namespace Portal.Components.Tests.Teams;

public class TeamPageTests
{
    [Fact]
    public async Task Save_AfterAColleague_KeepsWhatTheyChanged()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var page = Open(pages);
        await page.InvokeAsync(() => Form(page).Region = "eu-west");
        var team = (await pages.Database.Get<TeamQueryService>().GetAsync(pages.Ana, pages.Team, default)).Value;
        await pages.Database.Get<TeamService>().EditAsync(pages.Ana, pages.Team, team.Generation, new TeamContent("Risk") { DefaultCostCentre = "4711" }, default);

        await SaveAsync(page);
        page.WaitForAssertion(() => Assert.NotEmpty(page.Find(".form-error").TextContent));
        await SaveAsync(page);

        await using var db = await pages.Database.OpenAsync();
        var row = await db.Teams.SingleAsync();
        Assert.Equal(("eu-west", "4711"), (row.DefaultRegion, row.DefaultCostCentre));
        page.WaitForAssertion(() => Assert.Empty(page.FindAll(".form-error")));
    }

    [Fact]
    public async Task Save_AfterOnesOwnChangeOfTheMembers_IsNotRefusedAndKeepsWhatWasTyped()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        await pages.Database.PersonAsync("ben");
        var page = Open(pages);
        await page.InvokeAsync(() => Form(page).Region = "eu-west");
        var editor = page.FindComponent<MemberEditor<TeamRole>>();

        // One after the other, as fast as clicks can follow: nobody waits for the page.
        foreach (var role in new[] { TeamRole.Member, TeamRole.Lead })
            Assert.Null((await page.InvokeAsync(() => editor.Instance.Change([new("ben", role)]))).Refusal);
        await SaveAsync(page);

        Assert.Empty(page.FindAll(".form-error"));
        await using var db = await pages.Database.OpenAsync();
        Assert.Equal("eu-west", (await db.Teams.SingleAsync()).DefaultRegion);
    }

    private static IRenderedComponent<TeamPage> Open(ProjectPages pages)
    {
        var page = pages.Render<TeamPage>(p => p.Add(x => x.Id, pages.Team));
        page.WaitForElement("input");
        return page;
    }

    private static TeamForm Form(IRenderedComponent<TeamPage> page) => page.FindComponent<TeamFields>().Instance.Form;

    private static Task SaveAsync(IRenderedComponent<TeamPage> page) =>
        page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new()));
}

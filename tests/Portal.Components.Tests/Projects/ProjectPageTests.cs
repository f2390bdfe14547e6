using Bunit;
using Microsoft.EntityFrameworkCore;
using Portal.Components.Pages.Projects;
using Portal.Components.Shared.Members;
using Portal.Core.Access;
using Portal.Core.Teams;

namespace Portal.Components.Tests.Projects;

public class ProjectPageTests
{
    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 0)]
    public async Task Team_IsALinkForThoseWhoMaySeeIt(bool inTeam, int links)
    {
        await using var pages = await ProjectPages.CreateAsync();
        var project = await pages.ProjectAsync();
        if (!inTeam)
        {
            await using var db = await pages.Database.OpenAsync();
            await db.Set<TeamMember>().Where(m => m.PersonId == pages.Ana.Id).ExecuteDeleteAsync();
        }

        var page = pages.Render<ProjectPage>(p => p.Add(x => x.Id, project));

        page.WaitForAssertion(() => Assert.Contains("Risk", page.Find(".project-facts").TextContent, StringComparison.Ordinal));
        Assert.Equal(links, page.FindAll($"a[href='/teams/{pages.Team}']").Count);
    }

    [Fact]
    public async Task Members_ChangedTwiceInOneBreath_AreNotRefusedAsSomebodyElses()
    {
        await using var pages = await ProjectPages.CreateAsync();
        await pages.Database.PersonAsync("ben");
        var project = await pages.ProjectAsync();
        var page = pages.Render<ProjectPage>(p => p.Add(x => x.Id, project).Add(x => x.Tab, "members"));
        page.WaitForElement("textarea");
        var editor = page.FindComponent<MemberEditor<ProjectRole>>();

        foreach (var role in new[] { ProjectRole.Viewer, ProjectRole.Contributor })
            Assert.Null((await page.InvokeAsync(() => editor.Instance.Change([new("ben", role)]))).Refusal);
    }
}

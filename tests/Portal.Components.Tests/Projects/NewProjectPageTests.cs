using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Portal.Components.Pages.Projects;
using Portal.Core.Clusters;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Components.Tests.Projects;

public class NewProjectPageTests
{
    [Fact]
    public async Task Form_NameTyped_ShowsTheNamespaceItWillHave()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var page = pages.Render<NewProjectPage>();

        await page.Find("input[type=text]").InputAsync("credit-risk");

        Assert.Equal("ml-credit-risk", page.Find("code").TextContent);
    }

    [Fact]
    public async Task Form_ReservedName_SaysSoBeforeItIsSent()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var page = pages.Render<NewProjectPage>();

        await page.Find("input[type=text]").InputAsync("kube-system");

        Assert.Contains("belong to the platform", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("code"));
    }

    [Fact]
    public async Task Form_SentEmpty_SaysWhatIsMissingAndMakesNothing()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var page = pages.Render<NewProjectPage>();

        await page.Find("form").SubmitAsync();

        Assert.Contains("Give the project a name", page.Markup, StringComparison.Ordinal);
        await using var db = await pages.Database.OpenAsync();
        Assert.Empty(await db.Projects.ToListAsync());
    }

    [Fact]
    public async Task Form_Sent_MakesTheProjectWithTheTeamsDefaultsAndOpensIt()
    {
        await using var pages = await ProjectPages.CreateAsync();
        await using (var db = await pages.Database.OpenAsync())
        {
            await db.Teams.ExecuteUpdateAsync(s => s.SetProperty(t => t.DefaultRegion, "eu-west").SetProperty(t => t.DefaultDataClass, DataClass.Restricted));
        }
        var page = pages.Render<NewProjectPage>();

        await page.Find("input[type=text]").InputAsync("Fraud");
        await page.Find("input[value=L]").ChangeAsync(new ChangeEventArgs { Value = "L" });
        await page.Find("form").SubmitAsync();

        var project = (await pages.Database.Get<ProjectQueryService>().ListAsync(pages.Ana, new ListQuery(), new ProjectFilter(), default)).Value.Items.Single();
        Assert.Equal(("Fraud", ProjectSize.L, DataClass.Restricted, "eu-west"), (project.Name, project.Size, project.DataClass, project.Region));
        Assert.EndsWith($"/projects/{project.Id}", pages.Services.GetRequiredService<BunitNavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_OneCluster_SaysNothingOfIt()
    {
        await using var pages = await ProjectPages.CreateAsync();
        await pages.Database.ClusterAsync("North");

        var page = pages.Render<NewProjectPage>();

        Assert.Empty(page.FindAll(".placement"));
    }

    [Fact]
    public async Task Form_SeveralClusters_SaysWhereItWillLiveAsTheRegionIsTyped()
    {
        await using var pages = await ProjectPages.CreateAsync();
        await pages.Database.ClusterAsync("North", c => c.Region = "eu");
        await pages.Database.ClusterAsync("South", c => c.Region = "us");
        var page = pages.Render<NewProjectPage>();
        page.WaitForAssertion(() => Assert.Contains("North", page.Find(".placement-chosen").TextContent, StringComparison.Ordinal));

        await RegionAsync(page, "us");

        page.WaitForAssertion(() => Assert.Contains("South", page.Find(".placement-chosen").TextContent, StringComparison.Ordinal));
        Assert.Contains("It stands in eu, and the project asks for us", page.Find(".placement li").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_ThatStandsOpen_LeavesTheClusterThatIsClosed()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var north = await pages.Database.ClusterAsync("North");
        await pages.Database.ClusterAsync("South");
        var page = pages.Render<NewProjectPage>();
        page.WaitForAssertion(() => Assert.Contains("North", page.Find(".placement-chosen").TextContent, StringComparison.Ordinal));

        await using var db = await pages.Database.OpenAsync();
        (await db.Set<ClusterRegistration>().SingleAsync(c => c.Id == north)).TakesProjects = false;
        await db.SaveChangesAsync();

        page.WaitForAssertion(() => Assert.Contains("South", page.Find(".placement-chosen").TextContent, StringComparison.Ordinal), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Form_NoClusterFits_SaysWhyOfEach()
    {
        await using var pages = await ProjectPages.CreateAsync();
        await pages.Database.ClusterAsync("North", c => c.Region = "eu");
        await pages.Database.ClusterAsync("South", c => c.TakesProjects = false);
        var page = pages.Render<NewProjectPage>();

        await RegionAsync(page, "mars");

        page.WaitForAssertion(() => Assert.Contains("None of the 2 clusters", page.Find(".placement-chosen").TextContent, StringComparison.Ordinal));
        Assert.Equal(["It stands in eu", "It takes no new"], page.FindAll(".placement li .muted").Select(r => r.TextContent[..15]));
    }

    private static Task RegionAsync(IRenderedComponent<NewProjectPage> page, string region) =>
        page.FindComponents<MudTextField<string>>().Single(f => f.Instance.Label == "Region").Find("input").InputAsync(region);
}

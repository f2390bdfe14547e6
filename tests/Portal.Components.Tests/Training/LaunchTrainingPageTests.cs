using Bunit;
using Bunit.TestDoubles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Components.Pages.Notebooks;
using Portal.Components.Pages.Training;
using Portal.Components.Tests.Projects;
using Portal.Core.Cluster;
using Portal.Testing.Cluster;

namespace Portal.Components.Tests.Training;

public class LaunchTrainingPageTests
{
    [Fact]
    public async Task Form_ForAPoolThatIsNotOffered_GoesOnWithoutItAndSaysSo()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var project = await pages.ProjectAsync();
        pages.Services.GetRequiredService<BunitNavigationManager>().NavigateTo($"/projects/{project}/training/new?pool={Guid.NewGuid()}&accelerators=2");

        var page = pages.Render<LaunchTrainingPage>(p => p.Add(l => l.ProjectId, project));
        page.WaitForAssertion(() => Assert.Contains("no accelerators are chosen", page.Find("[role=note]").TextContent, StringComparison.Ordinal));
        await page.Find("form").SubmitAsync();

        page.WaitForAssertion(() => Assert.Contains("/training/", pages.Services.GetRequiredService<BunitNavigationManager>().Uri, StringComparison.Ordinal));
        Assert.DoesNotContain("/new", pages.Services.GetRequiredService<BunitNavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_OfAFormThatSaysSomethingElseNow_IsHidden()
    {
        var cluster = new SeenCluster { Client = new ClusterOfJobs() };
        await using var pages = await ProjectPages.CreateAsync(cluster: cluster);
        var project = await pages.ProjectAsync();
        await using (var db = await pages.Database.OpenAsync())
            await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, cluster.Id));
        var page = pages.Render<LaunchTrainingPage>(p => p.Add(l => l.ProjectId, project));
        page.WaitForElement("form");

        // Each says what it shows.
        Assert.Equal(["Show the objects", "Show the changes"], page.FindAll("button").Select(b => b.TextContent.Trim()).Where(t => t.StartsWith("Show", StringComparison.Ordinal)));
        await page.FindAll("button").First(b => b.TextContent.Contains("Show the objects", StringComparison.Ordinal)).ClickAsync(new());
        page.WaitForAssertion(() => Assert.Contains("kind: Job", page.Find("pre.manifest").TextContent, StringComparison.Ordinal));
        await page.Find("textarea#code").ChangeAsync(new() { Value = "print('something else')" });

        Assert.Empty(page.FindAll("pre.manifest"));
    }

    [Fact]
    public async Task NotebookForm_ForAPoolThatIsNotOffered_SaysSoWhereItIsSeen()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var project = await pages.ProjectAsync();
        pages.Services.GetRequiredService<BunitNavigationManager>().NavigateTo($"/projects/{project}/notebooks/new?pool={Guid.NewGuid()}&accelerators=1");

        var page = pages.Render<LaunchNotebookPage>(p => p.Add(l => l.ProjectId, project));

        page.WaitForAssertion(() => Assert.Contains("no accelerators are chosen", page.Find("details[open] [role=note]").TextContent, StringComparison.Ordinal));
    }

    private sealed class ClusterOfJobs : UnreachableCluster
    {
        public override Task<ClusterCapabilities> CapabilitiesAsync(CancellationToken ct) =>
            Task.FromResult(new ClusterCapabilities("v1.36.2", [Kinds.Job], IsEmbedded: false));
    }
}

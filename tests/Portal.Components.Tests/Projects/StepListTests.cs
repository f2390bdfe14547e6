using Bunit;
using Microsoft.EntityFrameworkCore;
using Portal.Components.Pages.Projects.Overview;
using Portal.Core.Projects;

namespace Portal.Components.Tests.Projects;

public class StepListTests
{
    [Fact]
    public async Task Steps_AreShownInOrderEachWithItsState()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var view = await ViewAsync(pages, StepState.Waiting);

        var list = pages.Render<StepList>(p => p.Add(l => l.Project, view));

        Assert.Equal(["Namespace", "Limits", "Network", "Roles", "Storage", "Queue"], list.FindAll(".step-name").Select(s => s.TextContent));
        Assert.All(list.FindAll(".badge"), b => Assert.Contains("Waiting", b.TextContent, StringComparison.Ordinal));
        Assert.Empty(list.FindAll("button"));
    }

    [Fact]
    public async Task FailedStep_HasItsReasonAndIsTriedAgain()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var view = await ViewAsync(pages, StepState.Failed);
        var list = pages.Render<StepList>(p => p.Add(l => l.Project, view));

        await list.Find("button").ClickAsync();

        var after = (await pages.Database.Get<ProjectQueryService>().GetAsync(pages.Ana, view.Id, default)).Value;
        Assert.Equal(StepState.Waiting, after.Steps.Single(s => s.Kind == ProjectStepKind.Network).State);
    }

    [Fact]
    public async Task Step_WhoseReasonHasValues_ShowsThem()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var view = await ViewAsync(pages, StepState.Waiting);
        var held = new ProjectStepView(ProjectStepKind.Namespace, StepState.Waiting, "project.namespace_stuck", "example.org/lock in 1 resource", 1, null)
        {
            Arguments = """{"minutes":"5","holds":"example.org/lock in 1 resource"}""",
        };

        var list = pages.Render<StepList>(p => p.Add(l => l.Project, view with { Steps = [held] }));

        Assert.Contains("for 5 minutes. What holds it: example.org/lock in 1 resource.", list.Find(".cause").TextContent, StringComparison.Ordinal);
    }

    private static async Task<ProjectView> ViewAsync(ProjectPages pages, StepState network)
    {
        var id = (await pages.Database.Get<ProjectService>().CreateAsync(
            pages.Ana, new ProjectDraft(Guid.CreateVersion7(), "Fraud", pages.Team), default)).Value;
        await using (var db = await pages.Database.OpenAsync())
        {
            (await db.Projects.SingleAsync()).Steps.Single(s => s.Kind == ProjectStepKind.Network).State = network;
            await db.SaveChangesAsync();
        }
        return (await pages.Database.Get<ProjectQueryService>().GetAsync(pages.Ana, id, default)).Value;
    }
}

using Bunit;
using Portal.Components.Pages.Training;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Components.Tests.Training;

public class TrainingRunPageTests
{
    [Fact]
    public async Task Run_OnSeveralNodes_ShowsTheAcceleratorsOfAll()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var id = await RunAsync(pages, await pages.ProjectAsync(), pages.Ana);

        var page = pages.Render<TrainingRunPage>(p => p.Add(x => x.Id, id));
        var list = pages.Render<RunList>(p => p.Add(x => x.Load, (query, state, ct) =>
            pages.Database.Get<TrainingList>().ForPersonAsync(pages.Ana, query, state, ct)));

        page.WaitForAssertion(() => Assert.Contains("8 (4 × 2)", page.Markup, StringComparison.Ordinal));
        list.WaitForAssertion(() => Assert.Contains("8 (4 × 2)", list.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_OfSomebodyElses_IsThereForAnAdminWhoMayNotLaunch()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var (ben, project) = await pages.OfSomebodyElseAsync();
        var id = await RunAsync(pages, project, ben);

        var page = pages.Render<TrainingRunPage>(p => p.Add(x => x.Id, id));

        page.WaitForAssertion(() => Assert.Contains(page.FindAll("button"), b => b.TextContent.Trim() == "Stop"));
        Assert.DoesNotContain("/training/new", page.Markup, StringComparison.Ordinal);
    }

    private static async Task<Guid> RunAsync(ProjectPages pages, Guid project, Actor by)
    {
        await using var db = await pages.Database.OpenAsync();
        var run = new TrainingRun
        {
            ProjectId = project,
            Name = "fraud",
            ObjectName = "fraud",
            SizeId = "small",
            ImageId = "sklearn",
            CreatedBy = by.Id,
            CreatedAt = pages.Database.Clock.GetUtcNow(),
            State = WorkloadState.Running,
            Accelerators = 2,
            Nodes = 4,
        };
        db.Add(run);
        await db.SaveChangesAsync();
        return run.Id;
    }
}

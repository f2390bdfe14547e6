using Bunit;
using Microsoft.EntityFrameworkCore;
using Portal.Components.Pages.Home;
using Portal.Components.Tests.Projects;
using Portal.Core.Notebooks;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Components.Tests.Home;

public class HomePageTests
{
    [Fact]
    public async Task Home_WithManyNewerEnds_ShowsWhatRuns()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var project = await pages.ProjectAsync();
        var now = pages.Database.Clock.GetUtcNow();
        await using (var db = await pages.Database.OpenAsync())
        {
            db.Add(Run("the old one", WorkloadState.Running, now.AddDays(-3)));
            db.AddRange(Enumerable.Range(0, 50).Select(i => Run($"ended {i}", WorkloadState.Succeeded, now.AddMinutes(-i))));
            db.AddRange(Notebook("explore", WorkloadState.Running), Notebook("queued", WorkloadState.Pending), Notebook("stuck", WorkloadState.Attention));
            await db.SaveChangesAsync();
        }

        var page = pages.Render<HomePage>();

        page.WaitForAssertion(() => Assert.Equal(
            ["the old one", "explore"], page.FindAll(".home .panel:first-child .grow a").Select(a => a.TextContent)));
        page.WaitForAssertion(() => Assert.Equal(
            ["queued", "stuck"], page.FindAll(".home .panel:nth-child(2) .grow a").Select(a => a.TextContent).Order(StringComparer.Ordinal)));
        Assert.Empty(page.FindAll(".home .panel:nth-child(2) p.muted"));
        Assert.Equal("/quotas", page.Find(".home .panel:nth-child(2) h2 a").GetAttribute("href"));

        Notebook Notebook(string name, WorkloadState state) => new()
        {
            ProjectId = project,
            Name = name,
            ObjectName = name,
            SizeId = "small",
            ImageId = "jupyter",
            CreatedBy = pages.Ana.Id,
            CreatedAt = now,
            State = state,
        };

        TrainingRun Run(string name, WorkloadState state, DateTimeOffset at) => new()
        {
            ProjectId = project,
            Name = name,
            ObjectName = name.Replace(' ', '-'),
            SizeId = "small",
            CreatedBy = pages.Ana.Id,
            CreatedAt = at,
            StartedAt = at,
            FinishedAt = state == WorkloadState.Running ? null : at,
            State = state,
        };
    }
}

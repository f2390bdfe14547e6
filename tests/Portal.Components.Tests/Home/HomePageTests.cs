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
            db.Add(new Notebook { ProjectId = project, Name = "explore", ObjectName = "explore", SizeId = "small", ImageId = "jupyter", CreatedBy = pages.Ana.Id, CreatedAt = now, State = WorkloadState.Running });
            await db.SaveChangesAsync();
        }

        var page = pages.Render<HomePage>();

        page.WaitForAssertion(() => Assert.Equal(
            ["the old one", "explore"], page.FindAll(".home .panel:first-child .grow a").Select(a => a.TextContent)));

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

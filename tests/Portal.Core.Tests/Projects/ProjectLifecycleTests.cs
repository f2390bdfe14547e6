using Microsoft.EntityFrameworkCore;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Projects;

public class ProjectLifecycleTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Archive_SentTwice_IsDoneOnce(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);

        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => stage.Lifecycle.ArchiveAsync(stage.Ana, stage.Project, 1, default)));

        Assert.All(results, r => Assert.Null(r.Refusal));
        Assert.Equal(["project.created", "project.archived"], await stage.AuditedAsync());
        var view = await stage.ViewAsync();
        Assert.Equal((ProjectIntent.Archived, 2L, false), (view.Intent, view.Generation, view.IsOpen));
    }

    [Theory, EachProvider]
    public async Task Freeze_WithAReason_IsShownAndUndone(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);

        var silent = await stage.Lifecycle.FreezeAsync(stage.Lead, stage.Project, 1, " ", default);
        var first = await stage.Lifecycle.FreezeAsync(stage.Lead, stage.Project, 1, "Budget review", default);
        var second = await stage.Lifecycle.FreezeAsync(stage.Lead, stage.Project, 1, "Budget review", default);
        var frozen = await stage.ViewAsync();
        var open = await stage.Lifecycle.UnfreezeAsync(stage.Lead, stage.Project, 2, default);

        Assert.Equal("text.empty", silent.Refusal?.Code);
        Assert.All([first, second, open], r => Assert.Null(r.Refusal));
        Assert.Equal(("lead", "Budget review", true), (frozen.Frozen!.By, frozen.Frozen.Reason, frozen.IsOpen));
        Assert.Null((await stage.ViewAsync()).Frozen);
        Assert.Equal(["project.created", "project.frozen", "project.unfrozen"], await stage.AuditedAsync());
    }

    [Theory, EachProvider]
    public async Task Freeze_ByAnOwner_IsDenied(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);

        Assert.Equal("access.denied", (await stage.Lifecycle.FreezeAsync(stage.Ana, stage.Project, 1, "Mine", default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Archived_IsNotEditedAndOpensAgain(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        await stage.Lifecycle.ArchiveAsync(stage.Ana, stage.Project, 1, default);

        var edit = await stage.Projects.EditAsync(stage.Ana, stage.Project, 2, new ProjectContent("Other"), default);
        var open = await stage.Lifecycle.UnarchiveAsync(stage.Ana, stage.Project, 2, default);

        Assert.Equal("project.archived", edit.Refusal?.Code);
        Assert.Null(open.Refusal);
        Assert.True((await stage.ViewAsync()).IsOpen);
    }

    [Theory, EachProvider]
    public async Task Archive_FromStalePage_IsRefused(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        await stage.Projects.EditAsync(stage.Ana, stage.Project, 1, new ProjectContent("Renamed"), default);

        Assert.Equal("project.stale", (await stage.Lifecycle.ArchiveAsync(stage.Ana, stage.Project, 1, default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Delete_NeedsTheNameAndCannotBeUndone(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);

        var wrong = await stage.Lifecycle.DeleteAsync(stage.Ana, stage.Project, 1, "credit risk", default);
        var first = await stage.Lifecycle.DeleteAsync(stage.Ana, stage.Project, 1, "Credit risk", default);
        var second = await stage.Lifecycle.DeleteAsync(stage.Ana, stage.Project, 1, "Credit risk", default);
        var reopen = await stage.Lifecycle.UnarchiveAsync(stage.Ana, stage.Project, 2, default);

        Assert.Equal("project.name_mismatch", wrong.Refusal?.Code);
        Assert.Null(first.Refusal);
        Assert.Null(second.Refusal);
        Assert.Equal(("project.deleting", RefusalKind.Conflict), (reopen.Refusal?.Code, reopen.Refusal!.Kind));
        Assert.Equal(["project.created", "project.delete_requested"], await stage.AuditedAsync());
    }

    [Theory, EachProvider]
    public async Task RetryStep_FailedOne_WaitsAgainOnce(Provider provider)
    {
        await using var stage = await ProjectStage.CreateAsync(provider, server);
        await using (var db = await stage.Database.OpenAsync())
        {
            var step = (await db.Projects.SingleAsync()).Steps.Single(s => s.Kind == ProjectStepKind.Network);
            (step.State, step.Reason, step.Attempts) = (StepState.Failed, "cluster.forbidden", 1);
            await db.SaveChangesAsync();
        }

        await stage.Lifecycle.RetryStepAsync(stage.Ana, stage.Project, ProjectStepKind.Network, default);
        await stage.Lifecycle.RetryStepAsync(stage.Ana, stage.Project, ProjectStepKind.Network, default);

        var view = await stage.ViewAsync();
        Assert.Equal(StepState.Waiting, view.Steps.Single(s => s.Kind == ProjectStepKind.Network).State);
        Assert.Equal(2, view.Generation);
        Assert.Equal(["project.created", "project.step_retried"], await stage.AuditedAsync());
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Quotas;

public class QuotaServiceTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Approve_ByLeadWithinBudget_GrantsAndWakesTheProject(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await stage.SubmitAsync(8);
        var generation = await stage.GenerationAsync();

        QuotaStage.Ok(await stage.Decisions.ApproveAsync(stage.Lead, await stage.SeenAsync(id), 8, default));

        var row = await stage.RowAsync(id);
        Assert.Equal((QuotaState.Active, 8, stage.Lead.Id), (row.State, row.GrantedAmount, row.DecidedBy));
        Assert.Equal(8, await stage.GrantedInPoolAsync());
        Assert.Equal(generation + 1, await stage.GenerationAsync());
        Assert.Equal(["quota.submitted", "quota.approved"], await stage.AuditedAsync("quota."));
        var grant = Assert.Single(await stage.GrantsAsync());
        Assert.Equal(new ProjectGrant(stage.Pool, "trial-gpu", QuotaStage.Gpu, 8), grant with { Pool = null });
        Assert.Equal("Trial GPU", grant.Pool?.Name);
    }

    [Theory, EachProvider]
    public async Task Approve_Committed_TellsTheFeedOnceItIsThere(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var seen = await stage.SeenAsync(await stage.SubmitAsync(8));
        var changes = new List<Core.Data.RowChange>();
        using (stage.Database.Get<Core.Data.IChangeFeed>().Subscribe(changes.Add))
            QuotaStage.Ok(await stage.Decisions.ApproveAsync(stage.Lead, seen, 8, default));

        Assert.Contains(new Core.Data.RowChange(nameof(Project), stage.Project, stage.Project, true), changes);
        Assert.Contains(changes, c => c.Kind == nameof(HardwarePool) && c.Id == stage.Pool);
        Assert.Contains(changes, c => c.Kind == nameof(QuotaRequest) && c.Id == seen.RequestId);
    }

    [Theory, EachProvider]
    public async Task Approve_LessThanAsked_NeedsAReason(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await stage.SubmitAsync(8);

        var bare = await stage.Decisions.ApproveAsync(stage.Lead, await stage.SeenAsync(id), 3, default);
        var reasoned = await stage.Decisions.ApproveAsync(stage.Lead, await stage.SeenAsync(id, "Three are enough"), 3, default);

        Assert.Equal("quota.reason_empty", bare.Refusal?.Code);
        QuotaStage.Ok(reasoned);
        Assert.Equal(3, await stage.GrantedInPoolAsync());
        Assert.Equal(QuotaAction.ApprovedLess, (await stage.RowAsync(id)).Steps.MaxBy(s => s.Number)!.Action);
    }

    [Theory, EachProvider]
    public async Task Approve_ByLeadBeyondBudget_IsTheAdmins(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, budget: 10);
        await stage.GrantedAsync(8);
        var seen = await stage.SeenAsync(await stage.SubmitAsync(4));

        var lead = await stage.Decisions.ApproveAsync(stage.Lead, seen, 4, default);

        Assert.Equal("quota.beyond_budget", lead.Refusal?.Code);
        Assert.Equal(2, lead.Refusal!.Arguments["left"]);
        Assert.Equal(8, await stage.GrantedInPoolAsync());
        QuotaStage.Ok(await stage.Decisions.ApproveAsync(stage.Admin, seen, 4, default));
        Assert.Equal(12, await stage.GrantedInPoolAsync());
        Assert.Contains("quota.denied", await stage.AuditedAsync("quota."));
    }

    [Theory, EachProvider]
    public async Task Decide_OwnRequest_IsRefusedAndAudited(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var project = await stage.NewProjectAsync("Lead's own", by: stage.Lead);
        var draft = stage.Draft() with { ProjectId = project };
        await stage.Requests.SubmitAsync(stage.Lead, draft, default);
        var seen = await stage.SeenAsync(draft.Id, "Mine");

        var approve = await stage.Decisions.ApproveAsync(stage.Lead, seen, 8, default);
        var reject = await stage.Decisions.RejectAsync(stage.Lead, seen, default);

        Assert.Equal(("quota.own_request", "quota.own_request"), (approve.Refusal?.Code, reject.Refusal?.Code));
        Assert.Equal(["quota.submitted", "quota.denied", "quota.denied"], await stage.AuditedAsync("quota."));
        QuotaStage.Ok(await stage.Decisions.ApproveAsync(stage.OtherLead, seen, 8, default));
    }

    [Theory, EachProvider]
    public async Task Edit_AfterThePageWasOpened_VoidsTheDecision(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var draft = stage.Draft(4);
        await stage.Requests.SubmitAsync(stage.Ana, draft, default);
        var seen = await stage.SeenAsync(draft.Id);

        QuotaStage.Ok(await stage.Requests.EditAsync(stage.Ana, draft with { Amount = 40 }, default));
        var stale = await stage.Decisions.ApproveAsync(stage.Lead, seen, 4, default);

        Assert.Equal("quota.stale", stale.Refusal?.Code);
        Assert.Equal(0, await stage.GrantedInPoolAsync());
        QuotaStage.Ok(await stage.Decisions.ApproveAsync(stage.Lead, await stage.SeenAsync(draft.Id), 40, default));
    }

    [Theory, EachProvider]
    public async Task Edit_BySomebodyElse_IsRefused(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var draft = stage.Draft(4);
        await stage.Requests.SubmitAsync(stage.Ana, draft, default);
        await using (var db = await stage.Database.OpenAsync())
        {
            db.Add(new ProjectMember { ProjectId = stage.Project, PersonId = stage.Lead.Id, Role = ProjectRole.Contributor });
            await db.SaveChangesAsync();
        }

        var result = await stage.Requests.EditAsync(stage.Lead, draft with { Amount = 40 }, default);

        Assert.Equal("quota.not_yours", result.Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Reject_WithoutReason_IsRefused(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await stage.SubmitAsync();

        var bare = await stage.Decisions.RejectAsync(stage.Lead, await stage.SeenAsync(id), default);

        Assert.Equal("quota.reason_empty", bare.Refusal?.Code);
        QuotaStage.Ok(await stage.Decisions.RejectAsync(stage.Lead, await stage.SeenAsync(id, "Not this quarter"), default));
        Assert.Equal(QuotaState.Rejected, (await stage.RowAsync(id)).State);
    }

    [Theory, EachProvider]
    public async Task Withdraw_ThenApprove_TellsTheDecider(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await stage.SubmitAsync();
        var seen = await stage.SeenAsync(id);

        QuotaStage.Ok(await stage.Requests.WithdrawAsync(stage.Ana, id, default));
        QuotaStage.Ok(await stage.Requests.WithdrawAsync(stage.Ana, id, default));

        Assert.Equal("quota.already_withdrawn", (await stage.Decisions.ApproveAsync(stage.Lead, seen, 8, default)).Refusal?.Code);
        Assert.Equal(["quota.submitted", "quota.withdrawn"], await stage.AuditedAsync("quota."));
    }

    [Theory, EachProvider]
    public async Task Release_BeforeTheEnd_GivesBack(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await stage.GrantedAsync(8);
        var generation = await stage.GenerationAsync();

        QuotaStage.Ok(await stage.Requests.ReleaseAsync(stage.Ana, id, default));
        QuotaStage.Ok(await stage.Requests.ReleaseAsync(stage.Ana, id, default));

        Assert.Equal(0, await stage.GrantedInPoolAsync());
        Assert.Equal(generation + 1, await stage.GenerationAsync());
        Assert.Empty(await stage.GrantsAsync());
    }

    [Theory, EachProvider]
    public async Task Reclaim_ByLead_NeedsAReasonAndGivesBack(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await stage.GrantedAsync(8);

        Assert.Equal("quota.reason_empty", (await stage.Decisions.ReclaimAsync(stage.Lead, id, " ", default)).Refusal?.Code);
        QuotaStage.Ok(await stage.Decisions.ReclaimAsync(stage.Lead, id, "Idle for a week", default));

        Assert.Equal(0, await stage.GrantedInPoolAsync());
        Assert.Equal(QuotaAction.Reclaimed, (await stage.RowAsync(id)).Steps.MaxBy(s => s.Number)!.Action);
    }

    [Theory, EachProvider]
    public async Task Advance_AsTimePasses_StartsAndEnds(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await stage.GrantedAsync(8, startInDays: 2, days: 3);
        Assert.Equal(QuotaState.Approved, (await stage.RowAsync(id)).State);
        Assert.Equal(8, await stage.GrantedInPoolAsync());
        Assert.Empty(await stage.GrantsAsync());

        Assert.Equal(new QuotaTick(), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);
        stage.Database.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(new QuotaTick(Started: 1), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);
        Assert.Single(await stage.GrantsAsync());
        stage.Database.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Equal(new QuotaTick(Ended: 1), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);

        Assert.Equal(0, await stage.GrantedInPoolAsync());
        Assert.Equal(["quota.submitted", "quota.approved", "quota.started", "quota.expired"], await stage.AuditedAsync("quota."));
        Assert.Equal(new QuotaTick(), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);
    }

    [Theory, EachProvider]
    public async Task Approve_ForAProjectThatWasPlacedElsewhere_IsRefused(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await stage.SubmitAsync();
        var elsewhere = await stage.Database.ClusterAsync("Elsewhere");
        await using (var db = await stage.Database.OpenAsync())
            await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, elsewhere));

        Assert.Equal("quota.pool_elsewhere", (await stage.Decisions.ApproveAsync(stage.Lead, await stage.SeenAsync(id), 8, default)).Refusal?.Code);
        Assert.Equal(0, await stage.GrantedInPoolAsync());
    }

    [Theory, EachProvider]
    public async Task Renewal_OfMore_FitsWhenOthersGiveBack(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, capacity: 8, budget: 8);
        await stage.GrantedAsync(4, days: 10);
        var other = stage.Draft(4, days: 20) with { ProjectId = await stage.NewProjectAsync("Fraud") };
        var theirs = (await stage.Requests.SubmitAsync(stage.Ana, other, default)).Value;
        QuotaStage.Ok(await stage.Decisions.ApproveAsync(stage.Lead, await stage.SeenAsync(theirs), 4, default));

        var forecast = (await stage.Requests.PreviewAsync(stage.Ana, stage.Draft(8, startInDays: 10), default)).Value;

        Assert.Equal((false, 4, other.Until), (forecast.Fits, forecast.Free, forecast.FitsFrom));
    }

    [Theory, EachProvider]
    public async Task Renewal_InAFullPool_TakesOverWhatItFollowsAtOnce(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, capacity: 8, budget: 8);
        var first = await stage.GrantedAsync(8, days: 14);
        var draft = stage.Draft(8, startInDays: 14);
        var forecast = (await stage.Requests.PreviewAsync(stage.Ana, draft, default)).Value;
        Assert.Equal((true, QuotaDecider.Lead, new FollowedGrant(first, draft.From, 8)), (forecast.Fits, forecast.Decider, forecast.Follows));
        Assert.False((await stage.Requests.PreviewAsync(stage.Ana, stage.Draft(8, startInDays: 13), default)).Value.Fits);

        var next = await stage.GrantedAsync(8, startInDays: 14);

        // Nobody else comes between, and it is followed once only.
        Assert.Equal((8, 8), (await stage.GrantedInPoolAsync(), (await stage.Queries.GetAsync(stage.Lead, next, default)).Value.Held));
        var late = await stage.SubmitAsync(1, startInDays: 14);
        Assert.Equal("quota.pool_exhausted", (await stage.Decisions.ApproveAsync(stage.Lead, await stage.SeenAsync(late), 1, default)).Refusal?.Code);

        var before = await stage.GenerationAsync();
        stage.Database.Clock.Advance(TimeSpan.FromDays(14));
        Assert.Equal(new QuotaTick(Started: 1, Ended: 1), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);

        // One change of the project: no reconciler ever saw it without units.
        Assert.Equal(before + 1, await stage.GenerationAsync());
        Assert.Equal((8, 8), (await stage.GrantedInPoolAsync(), Assert.Single(await stage.GrantsAsync()).Amount));
        Assert.Equal((QuotaState.Expired, QuotaState.Active), ((await stage.RowAsync(first)).State, (await stage.RowAsync(next)).State));
        // For whom it goes on, nothing has ended.
        Assert.Empty((await stage.Queries.AnswersSinceAsync(stage.Ana, stage.Now.AddHours(-1), 6, default)).Value);
        QuotaStage.Ok(await stage.Requests.ReleaseAsync(stage.Ana, next, default));
        Assert.Equal(0, await stage.GrantedInPoolAsync());
    }

    // Eight until the fourteenth day, then twelve: four more than what it follows.
    [Theory, EachProvider]
    public async Task Renewal_ThatAsksForMore_TakesTheRestAndGivesBackWhatIsItsOwn(Provider provider)
    {
        foreach (var firstEnds in new[] { true, false })
        {
            await using var stage = await QuotaStage.CreateAsync(provider, server, capacity: 12, budget: 12);
            var first = await stage.GrantedAsync(8, days: 14);
            var next = await stage.GrantedAsync(12, startInDays: 14);
            Assert.Equal(12, await stage.GrantedInPoolAsync());

            QuotaStage.Ok(await stage.Requests.ReleaseAsync(stage.Ana, firstEnds ? first : next, default));
            Assert.Equal(firstEnds ? 12 : 8, await stage.GrantedInPoolAsync());
            QuotaStage.Ok(await stage.Requests.ReleaseAsync(stage.Ana, firstEnds ? next : first, default));
            Assert.Equal(0, await stage.GrantedInPoolAsync());
        }
    }

    [Theory, EachProvider]
    public async Task Advance_NobodyDecided_Lapses(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var seen = await stage.SeenAsync(await stage.SubmitAsync(days: 1));
        stage.Database.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal("quota.period_over", (await stage.Decisions.ApproveAsync(stage.Lead, seen, 8, default)).Refusal?.Code);
        Assert.Equal(new QuotaTick(Lapsed: 1), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);
        Assert.Equal(QuotaState.Expired, (await stage.RowAsync(seen.RequestId)).State);
    }

    [Theory, EachProvider]
    public async Task Advance_ProjectArchived_GivesBackWhatItHolds(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.GrantedAsync(8);
        await stage.SubmitAsync(2);
        await using (var db = await stage.Database.OpenAsync())
            await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.Intent, ProjectIntent.Archived));

        Assert.Equal(new QuotaTick(Ended: 1, Lapsed: 1), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);
        Assert.Equal(0, await stage.GrantedInPoolAsync());
    }

    [Theory, EachProvider]
    public async Task Advance_ProjectArchivedWhileAPodHoldsUnits_WaitsUntilItIsGone(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.GrantedAsync(8);
        var project = await ArchivedAsync(stage);
        stage.Cluster.WithPod(project.Namespace, "left", "node", QuotaStage.Gpu, 2).WithPod("others", "theirs", "node", QuotaStage.Gpu, 2);

        Assert.Equal(new QuotaTick(), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);
        Assert.Equal(8, await stage.GrantedInPoolAsync());
        stage.Cluster.Remove(Kinds.Pod, "left");

        Assert.Equal(new QuotaTick(Ended: 1), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);
        Assert.Equal(0, await stage.GrantedInPoolAsync());
    }

    [Theory, EachProvider]
    public async Task Advance_ProjectArchivedWithWorkInTheCluster_WaitsUntilItHasEnded(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.GrantedAsync(8);
        var project = await ArchivedAsync(stage);
        await using var db = await stage.Database.OpenAsync();
        var notebook = new Notebook { ProjectId = project.Id, Name = "n", ObjectName = "nb", RunsAs = "apps/v1 StatefulSet", State = WorkloadState.Stopping, CreatedBy = stage.Ana.Id };
        var run = new TrainingRun { ProjectId = project.Id, Name = "r", ObjectName = "run", RunsAs = "batch/v1 Job", CreatedBy = stage.Ana.Id };
        // What never reached the cluster holds nothing of it.
        db.AddRange(notebook, run, new Notebook { ProjectId = project.Id, Name = "m", ObjectName = "nc", State = WorkloadState.Pending, CreatedBy = stage.Ana.Id });
        await db.SaveChangesAsync();

        Assert.Equal(new QuotaTick(), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);
        notebook.State = WorkloadState.Stopped;
        await db.SaveChangesAsync();
        Assert.Equal(new QuotaTick(), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);
        run.FinishedAt = stage.Now;
        await db.SaveChangesAsync();

        Assert.Equal(new QuotaTick(Ended: 1), (await stage.Requests.AdvanceAsync(Actor.Expiry, default)).Value);
    }

    [Theory, EachProvider]
    public async Task Submit_ToAPoolForOthers_IsRefused(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var theirs = await stage.Database.TeamAsync("Fraud", await stage.Database.PersonAsync("theirs"));
        var pool = await stage.NewPoolAsync("Theirs", 4, theirs);

        var result = await stage.Requests.SubmitAsync(stage.Ana, stage.Draft(1) with { PoolId = pool }, default);

        Assert.Equal("quota.pool_not_for_team", result.Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Submit_BadInput_IsRefusedAndNothingStored(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var good = stage.Draft();

        foreach (var (draft, code) in new[]
        {
            (good with { Amount = 0 }, "quota.amount_positive"),
            (good with { Amount = 1_000_000_000 }, "quota.amount_beyond_pool"),
            (good with { Amount = 1.5m }, "quota.amount_fraction"),
            (good with { Until = good.From.AddDays(-1) }, "quota.dates_order"),
            (good with { Reason = "" }, "quota.reason_empty"),
            (good with { PoolId = Guid.CreateVersion7() }, "pool.not_found"),
            (good with { ProjectId = Guid.CreateVersion7() }, "project.not_found"),
        })
        {
            Assert.Equal(code, (await stage.Requests.SubmitAsync(stage.Ana, draft, default)).Refusal?.Code);
        }
        await using var db = await stage.Database.OpenAsync();
        Assert.Empty(await db.Set<QuotaRequest>().ToListAsync());
    }

    [Theory, EachProvider]
    public async Task Preview_Wish_SaysWhoDecidesAndWhatItCosts(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, budget: 10);

        var within = (await stage.Requests.PreviewAsync(stage.Ana, stage.Draft(8), default)).Value;
        var beyond = (await stage.Requests.PreviewAsync(stage.Ana, stage.Draft(12), default)).Value;

        Assert.Equal((true, QuotaDecider.Lead, 480m), (within.Fits, within.Decider, within.PricePerDay));
        Assert.Equal(["lead", "other lead"], within.Deciders);
        Assert.Equal(QuotaDecider.AdminBeyondBudget, beyond.Decider);
        Assert.Equal(["admin"], beyond.Deciders);
    }

    [Theory, EachProvider]
    public async Task Decide_ByOutsider_IsNotFound(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var seen = await stage.SeenAsync(await stage.SubmitAsync());
        var stranger = await stage.Database.PersonAsync("stranger", PlatformRole.Lead);

        Assert.Equal(RefusalKind.NotFound, (await stage.Decisions.ApproveAsync(stranger, seen, 8, default)).Refusal?.Kind);
        Assert.Equal(RefusalKind.NotFound, (await stage.Queries.GetAsync(stranger, seen.RequestId, default)).Refusal?.Kind);
        Assert.Equal(RefusalKind.Forbidden, (await stage.Decisions.ApproveAsync(stage.Ana, seen, 8, default)).Refusal?.Kind);
    }

    private static async Task<Project> ArchivedAsync(QuotaStage stage)
    {
        await using var db = await stage.Database.OpenAsync();
        await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.Intent, ProjectIntent.Archived).SetProperty(p => p.ClusterId, stage.Cluster.Id));
        return await db.Projects.AsNoTracking().SingleAsync();
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Hardware.Lending;
using Portal.Core.Projects;
using Portal.Core.Tests.Quotas;
using Portal.Core.Training;
using Portal.Core.Waiting;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Hardware.Lending;

public class LendingServiceTests(PostgresServer server)
{
    private static readonly PoolLending Open = new() { Default = new LendingPolicy { Mode = LendingMode.LendAndBorrow, Weight = 3 } };

    [Theory, EachProvider]
    public async Task Set_New_IsStoredAuditedOnceAndWakesTheHolders(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.GrantedAsync(8);
        var woken = new List<RowChange>();
        using var feed = stage.Database.Get<IChangeFeed>().Subscribe(woken.Add);

        QuotaStage.Ok(await Service(stage).SetAsync(stage.Admin, stage.Pool, 1, Open, default));
        QuotaStage.Ok(await Service(stage).SetAsync(stage.Admin, stage.Pool, 1, Open, default));

        var view = (await Service(stage).GetAsync(stage.Admin, stage.Pool, default)).Value;
        Assert.Equal((2, LendingMode.LendAndBorrow, 3), (view.Generation, view.Lending.Default.Mode, view.Lending.Default.Weight));
        Assert.Single(await stage.AuditedAsync("pool.lending"));
        Assert.Contains(new RowChange(nameof(Project), stage.Project, stage.Project, NeedsReconcile: true), woken);
    }

    [Theory, EachProvider]
    public async Task Set_FromAnOlderPage_IsRefused(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        QuotaStage.Ok(await Service(stage).SetAsync(stage.Admin, stage.Pool, 1, Open, default));

        var result = await Service(stage).SetAsync(stage.Admin, stage.Pool, 1, new PoolLending(), default);

        Assert.Equal("pool.stale", result.Refusal?.Code);
        Assert.Equal(LendingMode.LendAndBorrow, (await Service(stage).GetAsync(stage.Admin, stage.Pool, default)).Value.Lending.Default.Mode);
    }

    [Theory, EachProvider]
    public async Task Preview_ChangesNothingAndNamesEachHolder(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.GrantedAsync(8);

        var preview = (await Service(stage).PreviewAsync(stage.Admin, stage.Pool, Open, default)).Value;

        var line = Assert.Single(preview.Preview.Lines);
        Assert.Equal(("Credit risk", 8, 8), (line.Holder.Project, line.After.Nominal, line.After.MayLend));
        await using var db = await stage.Database.OpenAsync();
        Assert.Equal(LendingMode.Never, (await db.Set<HardwarePool>().SingleAsync(p => p.Id == stage.Pool)).Lending.Default.Mode);
    }

    [Theory, EachProvider]
    public async Task Preview_OfReclaiming_NamesThoseWhoBorrowFromTheHolderInAnotherPool(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.GrantedAsync(8);
        var other = await stage.NewPoolAsync("Second GPU", 8);
        QuotaStage.Ok(await stage.Hardware.SetBudgetAsync(stage.Admin, other, stage.Team, 8, default));
        var borrower = await stage.NewProjectAsync("Fraud");
        foreach (var project in new[] { stage.Project, borrower })
        {
            var draft = stage.Draft(4) with { PoolId = other, ProjectId = project };
            QuotaStage.Ok(await stage.Requests.SubmitAsync(stage.Ana, draft, default));
            QuotaStage.Ok(await stage.Decisions.ApproveAsync(stage.Lead, await stage.SeenAsync(draft.Id), 4, default));
        }
        var unhurried = new PoolLending { Default = Open.Default with { Reclaim = false } };
        QuotaStage.Ok(await Service(stage).SetAsync(stage.Admin, other, 1, unhurried, default));

        var calm = (await Service(stage).PreviewAsync(stage.Admin, stage.Pool, unhurried, default)).Value.Preview.Lines;
        var taken = (await Service(stage).PreviewAsync(stage.Admin, stage.Pool, Open, default)).Value.Preview.Lines;

        Assert.All(calm, l => Assert.Equal("", l.Pool));
        Assert.Equal(("Fraud", 0, 4), taken.Where(l => l is { Pool: "Second GPU" } && l.Holder.ProjectId == borrower)
            .Select(l => (l.Holder.Project, l.Before.MayBeTakenBack, l.After.MayBeTakenBack)).Single());
        Assert.Equal(LendingEffect.Gains, taken.Single(l => l.Pool == "Second GPU" && l.Holder.ProjectId == stage.Project).Effect);
    }

    [Theory, EachProvider]
    public async Task Preview_OfTakingNothingBack_NamesThoseWhoBorrowCoresAndMemory(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.GrantedAsync(8);
        QuotaStage.Ok(await Service(stage).SetAsync(stage.Admin, stage.Pool, 1, Open, default));
        var borrower = await stage.NewProjectAsync("Fraud");
        foreach (var (project, common) in new[] { (stage.Project, new CommonQuota(4000, 0, 8192, 0)), (borrower, new CommonQuota(2000, 6000, 4096, 2048)) })
        {
            await using var db = await stage.Database.OpenAsync();
            var row = await db.Projects.Include(p => p.Team).SingleAsync(p => p.Id == project);
            stage.Cluster.With(Kinds.ClusterQueue, ProjectQueueManifests.ClusterQueue(new ProjectPlan(row, "Risk", [], [], [], new()) { Common = common }));
        }

        var calm = (await Service(stage).PreviewAsync(stage.Admin, stage.Pool, Open with { Default = Open.Default with { Weight = 5 } }, default)).Value.Preview.Lines;
        var kept = (await Service(stage).PreviewAsync(stage.Admin, stage.Pool, Open with { Default = Open.Default with { Reclaim = false } }, default)).Value.Preview.Lines;

        Assert.All(calm, l => Assert.Equal(LentResource.Units, l.Resource));
        Assert.Equal(
            [(LentResource.Cores, 6000, 2000), (LentResource.Memory, 6144, 4096)],
            kept.Where(l => l.Holder.ProjectId == borrower).Select(l => (l.Resource, l.Before.Most, l.After.Most)));
        Assert.Equal([4000, 8192], kept.Where(l => l.Holder.ProjectId == stage.Project && l.Resource != LentResource.Units).Select(l => l.Before.MayLend));
    }

    [Theory, EachProvider]
    public async Task Get_OfAHolderThatReclaimsInAnotherPool_SaysThatItDoesHereToo(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.GrantedAsync(8);
        QuotaStage.Ok(await Service(stage).SetAsync(stage.Admin, stage.Pool, 1, new PoolLending { Default = Open.Default with { Reclaim = false } }, default));
        async Task<ReturnKind> Back() => Assert.Single((await Service(stage).GetAsync(stage.Admin, stage.Pool, default)).Value.Preview.Lines).After.Return.Kind;
        var before = await Back();

        var other = await stage.NewPoolAsync("Second GPU", 8);
        QuotaStage.Ok(await stage.Hardware.SetBudgetAsync(stage.Admin, other, stage.Team, 8, default));
        var draft = stage.Draft(4) with { PoolId = other };
        QuotaStage.Ok(await stage.Requests.SubmitAsync(stage.Ana, draft, default));
        QuotaStage.Ok(await stage.Decisions.ApproveAsync(stage.Lead, await stage.SeenAsync(draft.Id), 4, default));
        QuotaStage.Ok(await Service(stage).SetAsync(stage.Admin, other, 1, Open, default));

        Assert.Equal((ReturnKind.NobodyBorrows, ReturnKind.AtOnce), (before, await Back()));
    }

    [Theory, EachProvider]
    public async Task Set_ForATeamThatIsNotThere_IsRefused(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);

        var result = await Service(stage).SetAsync(
            stage.Admin, stage.Pool, 1, Open with { Teams = new Dictionary<Guid, LendingPolicy> { [Guid.NewGuid()] = new() } }, default);

        Assert.Equal("team.not_found", result.Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Offer_WhereOthersLend_ReachesBeyondTheGrantAndSaysWhenItMayBeStopped(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var other = await LentToAsync(stage);
        stage.Cluster.WithNode("n1", QuotaStage.Gpu, 64).WithPod("ml-fraud-" + "x", "p", "n1", QuotaStage.Gpu, 1);

        var offer = (await stage.Database.Get<IAcceleratorOffers>().FindAsync(other, stage.Pool, default))!;
        var launch = stage.Database.Get<WorkloadLaunch>();

        Assert.Equal((4, 8, true, 12), (offer.Granted, offer.MayBorrow, offer.Reclaimed, offer.Most));
        Assert.True(offer.Borrows(5));
        Assert.False(offer.Borrows(4));
        Assert.Equal("accelerators.beyond_grant", (await launch.PriceAsync(other, "small", stage.Pool, 13, default)).Refusal?.Code);
        Assert.True((await launch.PriceAsync(other, "small", stage.Pool, 12, default)).Succeeded);
    }

    [Theory, EachProvider]
    public async Task Lending_WhereTheClusterHasNoKueue_GivesNothingAwayAndSaysWhatItNeeds(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var other = await LentToAsync(stage);
        stage.Cluster.Capabilities = new ClusterCapabilities("v1.36.2", [], IsEmbedded: false);

        var offer = (await stage.Database.Get<IAcceleratorOffers>().FindAsync(other, stage.Pool, default))!;
        var view = (await Service(stage).GetAsync(stage.Admin, stage.Pool, default)).Value;

        Assert.Equal((4, 0, 4), (offer.Granted, offer.MayBorrow, offer.Most));
        Assert.True(view.NeedsKueue);
        Assert.Equal(LendingMode.LendAndBorrow, view.Lending.Default.Mode);
        Assert.All(view.Preview.Lines, l => Assert.Equal((0, 0), (l.After.MayLend, l.After.MayBorrow)));
        stage.Cluster.Capabilities = null;
        Assert.False((await Service(stage).GetAsync(stage.Admin, stage.Pool, default)).Value.NeedsKueue);
    }

    [Theory, EachProvider]
    public async Task Preview_RunThatWasPushedOut_CountsFromItsLastStartAndHoldsNothingMeanwhile(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.GrantedAsync(8);
        var run = new TrainingDraft(Guid.CreateVersion7(), stage.Project, "fraud") { Code = "print(1)", PoolId = stage.Pool, Accelerators = 2, TimeLimitMinutes = 120 }
            .ToRun(stage.Ana, new("small", 500, 1024), 1, stage.Now.AddHours(-10));
        run.StartedAt = stage.Now.AddHours(-9);
        run.SetStatus(new WorkloadStatus(WorkloadState.Running), stage.Now);
        await using var db = await stage.Database.OpenAsync();
        var again = new PoolStay { WorkloadId = run.Id, PoolId = stage.Pool, QueuedAt = stage.Now.AddHours(-8), StartedAt = stage.Now.AddMinutes(-30) };
        db.AddRange(run, again);
        await db.SaveChangesAsync();

        Assert.Equal([TimeSpan.FromMinutes(90)], await RemainingAsync());

        again.StartedAt = null;
        run.SetStatus(new WorkloadStatus(WorkloadState.Pending, "quota.waiting"), stage.Now);
        await db.SaveChangesAsync();
        Assert.Empty(await RemainingAsync());

        async Task<IReadOnlyList<TimeSpan?>> RemainingAsync() =>
            (await Service(stage).PreviewAsync(stage.Admin, stage.Pool, Open, default)).Value.Preview.Lines.Single().Holder.Remaining;
    }

    // Four units of the pool's are another project's, and eight are lent.
    private static async Task<Guid> LentToAsync(QuotaStage stage)
    {
        await stage.GrantedAsync(8);
        var other = await stage.NewProjectAsync("Fraud");
        var draft = stage.Draft(4) with { ProjectId = other };
        QuotaStage.Ok(await stage.Requests.SubmitAsync(stage.Ana, draft, default));
        QuotaStage.Ok(await stage.Decisions.ApproveAsync(stage.Lead, await stage.SeenAsync(draft.Id), 4, default));
        QuotaStage.Ok(await Service(stage).SetAsync(stage.Admin, stage.Pool, 1, Open, default));
        return other;
    }

    private static LendingService Service(QuotaStage stage) => stage.Database.Get<LendingService>();
}

using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Results;
using Portal.Core.Tests.Quotas;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Hardware;

public class HardwareServiceTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Create_SentTwice_MakesOnePool(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        stage.Cluster.WithNode("sim", "xilinx.com/fpga", 2, simulated: true);
        var draft = new PoolDraft(Guid.CreateVersion7(), "FPGA", "xilinx.com/fpga", 2, 1);

        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => stage.Hardware.CreateAsync(stage.Admin, draft, default)));

        Assert.All(results, r => Assert.Equal(draft.Id, r.Value));
        var pools = (await Pools(stage).PoolsAsync(stage.Ana, default)).Value;
        Assert.Equal(["FPGA", "Trial GPU"], pools.Select(p => p.Pool.Name));
        Assert.True(pools[0].Pool.Simulated);
        Assert.Equal(2, pools[0].Free);
        Assert.Equal("pool.name_taken", (await stage.Hardware.CreateAsync(stage.Admin, draft with { Id = Guid.CreateVersion7() }, default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Sources_SeveralClusters_NameEachWithWhatItsNodesHave(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        stage.Cluster.WithNode("board", "xilinx.com/fpga", 2);
        var far = await stage.Database.ClusterAsync("Far", c => c.Region = "far");
        var there = new PoolDraft(Guid.CreateVersion7(), "Far GPU", "nvidia.com/gpu", 8, 1) { ClusterId = far };
        QuotaStage.Ok(await stage.Hardware.CreateAsync(stage.Admin, there, default));

        var sources = (await Pools(stage).SourcesAsync(stage.Admin, default)).Value;
        var pools = (await Pools(stage).PoolsAsync(stage.Ana, default)).Value;

        Assert.Equal([("Far", "far", 0), ("Seen", "", 1)], sources.Select(s => (s.Cluster, s.Region, s.Offers.Count)));
        Assert.Equal("xilinx.com/fpga", Assert.Single(sources[1].Offers).ResourceName);
        Assert.Equal([("Far GPU", "Far"), ("Trial GPU", "Seen")], pools.Select(p => (p.Pool.Name, p.Cluster)));
    }

    [Theory, EachProvider]
    public async Task Pools_OfTheSameNodes_AreWarnedOfWhileTheyPromiseMoreThanThoseHave(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, capacity: 12);
        stage.Cluster.WithNode("a", "nvidia.com/gpu", 8, ("model", "a")).WithNode("plain", "nvidia.com/gpu", 4).WithNode("b", "amd.com/gpu", 8, ("model", "a"));
        var labels = new Dictionary<string, string> { ["model"] = "a" };
        var part = new PoolDraft(Guid.CreateVersion7(), "Model A", "nvidia.com/gpu", 8, 1) { NodeLabels = labels };
        QuotaStage.Ok(await stage.Hardware.CreateAsync(stage.Admin, part, default));
        QuotaStage.Ok(await stage.Hardware.CreateAsync(
            stage.Admin, new PoolDraft(Guid.CreateVersion7(), "Other", "amd.com/gpu", 99, 1) { NodeLabels = labels }, default));

        var doubled = (await Pools(stage).PoolsAsync(stage.Ana, default)).Value;
        var whole = (await Pools(stage).FindAsync(stage.Ana, stage.Pool, default)).Value;
        QuotaStage.Ok(await stage.Hardware.EditAsync(stage.Admin, new PoolEdit(stage.Pool, 1, "Trial GPU", 4, 1, PoolState.Open), default));
        var shared = (await Pools(stage).PoolsAsync(stage.Ana, default)).Value;

        Assert.Equal([new PoolOverlap("Trial GPU", 20, 12)], doubled.Single(p => p.Pool.Id == part.Id).Doubled);
        Assert.Equal([new PoolOverlap("Model A", 20, 12)], whole.Doubled);
        Assert.Empty(doubled.Single(p => p.Pool.Name == "Other").Doubled);
        Assert.All(shared, p => Assert.Empty(p.Doubled));
    }

    [Theory, EachProvider]
    public async Task Create_PoolThatWouldTakeTheNodesOfAnother_IsRefusedAndNamesIt(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        PoolDraft Draft(string name, params (string, string)[] labels) =>
            new(Guid.CreateVersion7(), name, "amd.com/gpu", 8, 1) { NodeLabels = labels.ToDictionary(l => l.Item1, l => l.Item2) };
        QuotaStage.Ok(await stage.Hardware.CreateAsync(stage.Admin, Draft("Model A", ("model", "a"), ("rack", "1")), default));

        var all = await stage.Hardware.CreateAsync(stage.Admin, Draft("All"), default);
        var rack = await stage.Hardware.CreateAsync(stage.Admin, Draft("Rack 1", ("rack", "1")), default);

        Assert.Equal(("pool.takes_nodes", "Model A"), (all.Refusal?.Code, all.Refusal!.Arguments["pool"]));
        Assert.Equal("pool.takes_nodes", rack.Refusal?.Code);
        QuotaStage.Ok(await stage.Hardware.CreateAsync(stage.Admin, Draft("Rack 2", ("rack", "2")), default));
        QuotaStage.Ok(await stage.Hardware.CreateAsync(stage.Admin, Draft("Model A, of a team", ("model", "a"), ("rack", "1")), default));
        QuotaStage.Ok(await stage.Hardware.CreateAsync(stage.Admin, Draft("New of rack 1", ("model", "a"), ("rack", "1"), ("new", "yes")), default));
    }

    [Theory, EachProvider]
    public async Task Create_ByLead_IsDeniedAndAudited(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);

        var result = await stage.Hardware.CreateAsync(stage.Lead, new PoolDraft(Guid.CreateVersion7(), "X", "a/b", 1, 1), default);

        Assert.Equal(RefusalKind.Forbidden, result.Refusal?.Kind);
        Assert.Contains("pool.denied", await stage.AuditedAsync("pool."));
    }

    [Theory, EachProvider]
    public async Task Edit_CapacityBelowGranted_IsRefusedAndSaysHowMuch(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.GrantedAsync(8);
        var shown = await ShownAsync(stage);

        var low = await stage.Hardware.EditAsync(stage.Admin, shown with { Capacity = 7 }, default);
        var exact = await stage.Hardware.EditAsync(stage.Admin, shown with { Capacity = 8 }, default);

        Assert.Equal("pool.capacity_below_granted", low.Refusal?.Code);
        Assert.Equal(8, low.Refusal!.Arguments["granted"]);
        QuotaStage.Ok(exact);
        Assert.Equal(8, (await ShownAsync(stage)).Capacity);
    }

    [Theory, EachProvider]
    public async Task Edit_StalePage_IsRefusedAndChangesNothing(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var shown = await ShownAsync(stage);
        QuotaStage.Ok(await stage.Hardware.EditAsync(stage.Admin, shown with { PricePerHour = 3, AllowedTeams = [stage.Team] }, default));

        var stale = await stage.Hardware.EditAsync(stage.Admin, shown with { Capacity = 99 }, default);

        Assert.Equal("pool.stale", stale.Refusal?.Code);
        var now = await ShownAsync(stage);
        Assert.Equal((64m, 3m), (now.Capacity, now.PricePerHour));
        Assert.Equal([stage.Team], now.AllowedTeams);
        QuotaStage.Ok(await stage.Hardware.EditAsync(stage.Admin, now with { AllowedTeams = [] }, default));
        Assert.Empty((await ShownAsync(stage)).AllowedTeams);
    }

    [Theory, EachProvider]
    public async Task Edit_LabelsAndTaints_AreCheckedAsThoseOfANewPool(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var other = new PoolDraft(Guid.CreateVersion7(), "Model A", QuotaStage.Gpu, 8, 1) { NodeLabels = Labels(("model", "a"), ("rack", "1")) };
        QuotaStage.Ok(await stage.Hardware.CreateAsync(stage.Admin, other, default));
        stage.Cluster.WithNode("b1", QuotaStage.Gpu, 8, ("model", "b")).WithNode("sim", QuotaStage.Gpu, 2, ("model", "c"), simulated: true);
        var shown = await ShownAsync(stage);

        var wide = await stage.Hardware.EditAsync(stage.Admin, shown with { NodeLabels = Labels(("rack", "1")) }, default);
        QuotaStage.Ok(await stage.Hardware.EditAsync(
            stage.Admin, shown with { NodeLabels = Labels(("model", "b")), Taints = [new("gpu", "", "NoSchedule")] }, default));
        var mended = (await Pools(stage).FindAsync(stage.Admin, stage.Pool, default)).Value;
        QuotaStage.Ok(await stage.Hardware.EditAsync(stage.Admin, await ShownAsync(stage), default));
        QuotaStage.Ok(await stage.Hardware.EditAsync(stage.Admin, await ShownAsync(stage) with { NodeLabels = Labels(("model", "c")) }, default));
        var simulated = (await Pools(stage).FindAsync(stage.Admin, stage.Pool, default)).Value.Pool;

        Assert.Equal(("pool.takes_nodes", "Model A"), (wide.Refusal?.Code, wide.Refusal!.Arguments["pool"]));
        Assert.Equal(["b1"], mended.Usage.Nodes.Select(n => n.Name));
        Assert.False(mended.Pool.Simulated);
        Assert.True(simulated.Simulated);
        Assert.Equal(["gpu:NoSchedule"], simulated.Taints.Select(t => t.ToString()));
    }

    [Theory, EachProvider]
    public async Task Remove_WithRequestsOrBudgets_IsRefusedAndCountsThem(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var removal = stage.Database.Get<PoolRemovalService>();
        var granted = await stage.GrantedAsync(8);
        await stage.SubmitAsync(4);

        var used = (await removal.RemoveAsync(stage.Admin, stage.Pool, default)).Refusal!;

        Assert.Equal("pool.used", used.Code);
        Assert.Equal((2, 1, 0), (used.Arguments["requests"], used.Arguments["budgets"], used.Arguments["workloads"]));
        Assert.Equal(PoolState.Open, (await ShownAsync(stage)).State);
        Assert.Equal(8, (await stage.RowAsync(granted)).GrantedAmount);
    }

    [Theory, EachProvider]
    public async Task Remove_OfAFreePool_TakesItOutOfWhatCanBeAskedForOrChanged(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, budget: 0);
        var shown = await ShownAsync(stage);
        var removal = stage.Database.Get<PoolRemovalService>();

        QuotaStage.Ok(await removal.RemoveAsync(stage.Admin, stage.Pool, default));
        QuotaStage.Ok(await removal.RemoveAsync(stage.Admin, stage.Pool, default));

        Assert.Equal(["pool.removal_asked"], await stage.AuditedAsync("pool.rem"));
        Assert.Equal("quota.pool_closed", (await stage.Requests.SubmitAsync(stage.Ana, stage.Draft(), default)).Refusal?.Code);
        Assert.Equal("pool.removing", (await stage.Hardware.EditAsync(stage.Admin, shown with { Generation = 2 }, default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task SetBudget_Changed_IsAuditedOnce(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, budget: 0);

        QuotaStage.Ok(await stage.Hardware.SetBudgetAsync(stage.Admin, stage.Pool, stage.Team, 10, default));
        QuotaStage.Ok(await stage.Hardware.SetBudgetAsync(stage.Admin, stage.Pool, stage.Team, 10, default));
        var fraction = await stage.Hardware.SetBudgetAsync(stage.Admin, stage.Pool, stage.Team, 0.5m, default);

        Assert.Equal("pool.units_fraction", fraction.Refusal?.Code);
        Assert.Equal(["pool.budget_changed"], await stage.AuditedAsync("pool.budget"));
        Assert.Equal(10, Assert.Single((await Pools(stage).BudgetsAsync(stage.Admin, stage.Pool, default)).Value).Limit);
    }

    [Theory, EachProvider]
    public async Task Holders_ForAdmin_NamesProjects_AndOthersSeeSumsOnly(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.GrantedAsync(8);
        await using var db = await stage.Database.OpenAsync();
        var ns = (await db.Projects.FindAsync(stage.Project))!.Namespace;
        stage.Cluster.WithNode("n", QuotaStage.Gpu, 64).WithPod(ns, "p", "n", QuotaStage.Gpu, 2);

        var holder = Assert.Single((await Pools(stage).HoldersAsync(stage.Admin, stage.Pool, default)).Value);
        var view = (await Pools(stage).FindAsync(stage.Ana, stage.Pool, default)).Value;

        Assert.Equal(("Credit risk", 8, 2), (holder.Project, holder.Granted, holder.Running));
        Assert.Equal(2, view.Usage.InUse);
        Assert.DoesNotContain(ns, view.Usage.Running.Keys);
        Assert.Equal(RefusalKind.Forbidden, (await Pools(stage).HoldersAsync(stage.Ana, stage.Pool, default)).Refusal?.Kind);
    }

    [Theory, EachProvider]
    public async Task UsageFeed_NodeGone_TellsThePoolsOnIt(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        stage.Cluster.WithNode("n", QuotaStage.Gpu, 64);
        await stage.NewPoolAsync("Same nodes", 1);
        var feed = stage.Database.Get<PoolUsageFeed>();
        var told = new List<Guid>();
        using var subscription = stage.Database.Get<Core.Data.IChangeFeed>().Subscribe(c => told.Add(c.Id));
        await feed.PublishAsync(default);
        Assert.Empty(told);

        stage.Cluster.WithPod("x", "p", "n", QuotaStage.Gpu, 1);
        Assert.Equal(2, await feed.PublishAsync(default));
        stage.Cluster.Remove(Kinds.Node, "n");
        Assert.Equal(2, await feed.PublishAsync(default));
        Assert.Equal(0, await feed.PublishAsync(default));

        Assert.Equal(2, told.Distinct().Count());
        var view = (await Pools(stage).FindAsync(stage.Ana, stage.Pool, default)).Value;
        Assert.Equal((0, 64), (view.Usage.Observed, view.Missing));
    }

    private static Dictionary<string, string> Labels(params (string Key, string Value)[] labels) => labels.ToDictionary(l => l.Key, l => l.Value);

    private static PoolQueryService Pools(QuotaStage stage) => stage.Database.Get<PoolQueryService>();

    private static async Task<PoolEdit> ShownAsync(QuotaStage stage)
    {
        var pool = (await Pools(stage).FindAsync(stage.Admin, stage.Pool, default)).Value.Pool;
        return new PoolEdit(pool.Id, pool.Generation, pool.Name, pool.Ledger.Capacity, pool.PricePerHour, pool.State)
        {
            AllowedTeams = [.. pool.AllowedTeams.Select(t => t.TeamId)],
        };
    }
}

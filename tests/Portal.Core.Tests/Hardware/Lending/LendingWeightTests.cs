using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Hardware.Lending;
using Portal.Core.Projects;
using Portal.Core.Tests.Quotas;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Hardware.Lending;

public class LendingWeightTests(PostgresServer server)
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(0, 0)]
    [InlineData(9, 9)]
    public void Preview_OfAnotherWeight_TakesItInPlaceOfTheOldOne(int weight, int wanted)
    {
        var pool = new HardwarePool { ResourceName = "nvidia.com/gpu", Lending = Lending(5) };
        var plan = new ProjectPlan(new Project { TeamId = Guid.NewGuid(), Namespace = "ml-x" }, "Risk", [], [], [], new ProjectClusterOptions()) { TeamWeight = 5 };

        var planned = LendingChangePreview.With(plan, pool, Lending(weight), [PoolLendingOf(LendingMode.Never, 1)]);

        Assert.Equal(wanted, planned.TeamWeight);
        Assert.Equal($"{wanted}", ProjectQueueManifests.Cohorts(planned)[1].Text("spec", "fairSharing", "weight"));
    }

    [Theory]
    [InlineData(LendingMode.Never)]
    [InlineData(LendingMode.Lend)]
    public void Weight_OfAPoolOfWhichNothingIsBorrowed_DoesNotCount(LendingMode mode)
    {
        Assert.Equal(0, LendingPolicy.WeightOf([Lending(0).Default, PoolLendingOf(mode, 1).Default]));
        Assert.Equal(3, LendingPolicy.WeightOf([Lending(3).Default, Lending(0).Default]));
        Assert.Equal(1, LendingPolicy.WeightOf([PoolLendingOf(mode, 7).Default]));
    }

    [Theory, EachProvider]
    public async Task Team_WithWeightZeroAndAnotherPoolThatLendsNothing_IsLast(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        QuotaStage.Ok(await stage.Database.Get<LendingService>().SetAsync(stage.Admin, stage.Pool, 1, Lending(0), default));
        var other = new PoolDraft(Guid.CreateVersion7(), "Another", "amd.com/gpu", 8, 1);
        Assert.True((await stage.Database.Get<HardwareService>().CreateAsync(stage.Admin, other, default)).Succeeded);

        Assert.Equal(0, (await stage.ShareAsync(stage.Cluster.Id)).TeamWeight);
    }

    [Theory, EachProvider]
    public async Task Team_WithPoolsOfTwoClusters_HasInEachItsOwnWeightAndGrants(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        QuotaStage.Ok(await stage.Database.Get<LendingService>().SetAsync(stage.Admin, stage.Pool, 1, Lending(0), default));
        await stage.GrantedAsync(8);
        var elsewhere = await stage.Database.ClusterAsync("Elsewhere");
        var other = new PoolDraft(Guid.CreateVersion7(), "Elsewhere", "amd.com/gpu", 8, 1) { ClusterId = elsewhere };
        Assert.True((await stage.Hardware.CreateAsync(stage.Admin, other, default)).Succeeded);
        QuotaStage.Ok(await stage.Database.Get<LendingService>().SetAsync(stage.Admin, other.Id, 1, Lending(50), default));

        var (here, there) = (await stage.ShareAsync(stage.Cluster.Id), await stage.ShareAsync(elsewhere));

        Assert.Equal((0, 50), (here.TeamWeight, there.TeamWeight));
        Assert.Equal((1, 0), (here.Grants.Count, there.Grants.Count));
        Assert.Equal([QuotaStage.Gpu], here.Pooled);
    }

    private static PoolLending Lending(int weight) => PoolLendingOf(LendingMode.LendAndBorrow, weight);

    private static PoolLending PoolLendingOf(LendingMode mode, int weight) => new() { Default = new LendingPolicy { Mode = mode, Weight = weight } };
}

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

        await using var db = await stage.Database.OpenAsync();
        var share = await stage.Database.Get<IProjectGrants>().ShareAsync(db, stage.Project, Guid.NewGuid(), default);

        Assert.Equal(0, share.TeamWeight);
    }

    private static PoolLending Lending(int weight) => PoolLendingOf(LendingMode.LendAndBorrow, weight);

    private static PoolLending PoolLendingOf(LendingMode mode, int weight) => new() { Default = new LendingPolicy { Mode = mode, Weight = weight } };
}

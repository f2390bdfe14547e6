using Portal.Core.Waiting;

namespace Portal.Core.Tests.Waiting;

/// <summary>Who runs on what others lent, and whose it is.</summary>
public class BorrowedUnitsTests
{
    [Fact]
    public void Of_MoreThanTheQueuesOwn_IsWhatWasAdmittedLastAndComesFromWhoLends()
    {
        var world = new WaitWorld().Project("mine", "h100=2").Project("lender", "h100=4").Project("empty", "h100=0")
            .Runs("mine", "old", 2, minutes: 60).Runs("mine", "new", 3, minutes: 5);

        var borrowed = Assert.Single(Of(world, "new"));

        Assert.Equal((3m, "lender"), (borrowed.Amount, Assert.Single(borrowed.Lenders)));
        Assert.Equal(new ResourceKey("h100", WaitWorld.Gpu), borrowed.Key);
        Assert.Empty(Of(world, "old"));
    }

    [Fact]
    public void Of_MoreBorrowedThanTheLastHolds_IsTheRestOfTheOneBefore()
    {
        var world = new WaitWorld().Project("mine", "h100=1").Project("lender", "h100=4")
            .Runs("mine", "old", 2, minutes: 60).Runs("mine", "new", 2, minutes: 5);

        Assert.Equal((1m, 2m), (Of(world, "old")[0].Amount, Of(world, "new")[0].Amount));
    }

    [Fact]
    public void Of_LenderThatTakesNothingBack_SaysNothing() =>
        Assert.Empty(Of(new WaitWorld().Project("mine", "h100=0").Project("lender", "h100=4", reclaim: "Never").Runs("mine", "run", 2), "run"));

    [Fact]
    public void Of_LenderThatIsHeld_SaysNothing() =>
        Assert.Empty(Of(new WaitWorld().Project("mine", "h100=0").Project("lender", "h100=4", stop: "Hold").Runs("mine", "run", 2), "run"));

    [Fact]
    public void Of_MostBorrowedOfOneThatTakesNothingBack_IsWhatTheOtherLends() =>
        Assert.Equal(1, Assert.Single(Of(new WaitWorld().Project("mine", "h100=0").Project("keeps still", "h100=4", reclaim: "Never")
            .Project("lender", "h100=1").Runs("mine", "run", 3), "run")).Amount);

    [Fact]
    public void Of_LenderThatUsesItsOwnOrKeepsIt_IsNotAmongThem() =>
        Assert.Equal(["lender"], Assert.Single(Of(new WaitWorld().Project("mine", "h100=0").Project("busy", "h100=4").Project("keeps", "h100=4//0")
            .Project("lender", "h100=4").Runs("mine", "run", 2).Runs("busy", "theirs", 4), "run")).Lenders);

    // The cohort is within its own: nobody outside of it is owed anything.
    [Fact]
    public void Of_LentWithinTheTeam_IsTheTeamsAlone() =>
        Assert.Equal(["sister"], Assert.Single(Of(new WaitWorld().Cohort("a", "all").Cohort("b", "all").Project("mine", "h100=0", "a").Project("sister", "h100=4", "a")
            .Project("stranger", "h100=4", "b").Runs("mine", "run", 2), "run")).Lenders);

    private static IReadOnlyList<BorrowedUnits> Of(WaitWorld world, string name)
    {
        var seen = world.Snapshot;
        var holding = seen.Queued().Where(q => q.HoldsQuota).ToList();
        return BorrowedUnits.Of(holding.Single(h => h.Name == name), QuotaTree.From(seen.ClusterQueues, seen.Cohorts, holding), holding, seen.LocalQueues);
    }
}

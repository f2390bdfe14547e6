using Portal.Core.Waiting;

namespace Portal.Core.Tests.Waiting;

/// <summary>What a queue can take, as Kueue counts it.</summary>
public class QuotaTreeTests
{
    private static readonly ResourceKey H100 = new("h100", WaitWorld.Gpu);

    [Theory]
    [InlineData("8", "8", 0, 16)] // everything of the others can be borrowed
    [InlineData("8/4", "8", 0, 12)] // no more than four above its own
    [InlineData("8", "8//2", 0, 10)] // the others keep six back
    [InlineData("8//0", "8//0", 0, 8)] // nothing is lent
    [InlineData("8", "8", 6, 10)] // what the others use is gone
    [InlineData("8", "8//2", 6, 10)] // and what they use of what they keep back takes nothing from what they lend
    [InlineData("0/4", "8", 0, 4)] // a queue that only borrows
    public void Available_LimitsAndUse_IsOwnAndWhatMayBeBorrowed(string own, string other, int used, int expected)
    {
        var world = new WaitWorld().Project("own", $"h100={own}").Project("other", $"h100={other}");
        if (used > 0)
            world.Runs("other", "w", used);

        Assert.Equal(expected, Tree(world).Available("own", H100));
    }

    [Fact]
    public void Reclaimable_OwnQuotaLent_IsWhatIsOwedAndNoMore()
    {
        var world = new WaitWorld().Project("own", "h100=4").Project("other", "h100=4").Runs("other", "w", 7).Runs("own", "x", 1);

        Assert.Equal((3, 3, 0), (Tree(world).Borrowed("other", H100), Back(world, "own", 3), Tree(world).Available("own", H100)));
        // One more would have to be borrowed, and for that nobody has to give anything back.
        Assert.Equal(0, Back(world, "own", 4));
    }

    [Fact]
    public void Reclaimable_PolicyNever_IsNothing()
    {
        var world = new WaitWorld().Project("own", "h100=4", reclaim: "Never").Project("other", "h100=4").Runs("other", "w", 7);

        Assert.Equal(0, Back(world, "own", 1));
    }

    [Fact]
    public void Reclaimable_OfATeamWithinItsQuota_IsNothing()
    {
        // One of the red team's queues uses what the other leaves: nobody outside the team is owed anything.
        var world = new WaitWorld().Cohort("red", "bank").Cohort("blue", "bank").Project("q1", "h100=4", "red").Project("q2", "h100=4", "red")
            .Project("own", "h100=4", "blue").Runs("q1", "w", 8);

        Assert.Equal((0, 4), (Back(world, "own", 4), Back(world, "q2", 4)));
    }

    [Fact]
    public void Reclaimable_OfATeamOverItsQuota_IsWhatTheTeamIsOverBy()
    {
        var world = new WaitWorld().Cohort("red", "bank").Cohort("blue", "bank").Project("q1", "h100=4", "red").Project("q2", "h100=4", "red")
            .Project("own", "h100=4", "blue").Runs("q1", "w", 10);

        Assert.Equal((2, 4), (Back(world, "own", 4), Back(world, "q2", 4)));
    }

    [Fact]
    public void Reclaimable_BeyondTheQueueAndWithinItsTeam_IsWhatOtherTeamsAreOverBy()
    {
        var world = new WaitWorld().Cohort("red", "bank").Cohort("blue", "bank").Project("q1", "h100=4", "red").Project("q2", "h100=4", "red")
            .Project("other", "h100=4", "blue").Runs("q2", "x", 4).Runs("q1", "y", 1).Runs("other", "w", 7);

        Assert.Equal((3, 0), (Back(world, "q2", 3), Back(world, "q2", 4)));
    }

    [Fact]
    public void Reclaimable_AnotherResourceBeyondItsQuota_IsNothing()
    {
        var world = new WaitWorld().Project("own", "h100=4").Project("other", "h100=4").Runs("other", "w", 8);
        var wanted = new Dictionary<ResourceKey, decimal> { [H100] = 2, [new("h100", "cpu")] = 1 };

        Assert.Equal(0, Tree(world).Reclaimable("own", H100, wanted));
    }

    [Theory]
    [InlineData("own", 2, 2)] // its own comes back whole
    [InlineData("other", 2, 1)] // of what the other keeps for itself nothing does
    [InlineData("other", 1, 1)]
    public void Freed_OfARunThatEnds_IsWhatTheQueueCouldTakeMore(string holder, int amount, int expected)
    {
        var world = new WaitWorld().Project("own", "h100=4//2").Project("other", "h100=4//2").Runs("own", "x", 5).Runs("other", "w", 3);

        Assert.Equal(expected, Tree(world).Freed("own", H100, holder, amount));
        Assert.Equal(0, Tree(world).Available("own", H100));
    }

    [Fact]
    public void Available_CohortsOfCohorts_ReachesAcrossTeams()
    {
        var world = new WaitWorld().Cohort("red", "bank").Cohort("blue", "bank").Project("own", "h100=2", "red").Project("other", "h100=6", "blue");

        Assert.Equal((8, 8), (Tree(world).Available("own", H100), Tree(world).Capacity("own", H100)));
        Assert.Equal(["other"], Tree(world).Neighbours("own"));
    }

    [Fact]
    public void Available_CohortsThatNameEachOther_IsAnswered()
    {
        var world = new WaitWorld().Cohort("red", "blue").Cohort("blue", "red").Cohort("self", "self").Project("own", "h100=2", "red").Project("alone", "h100=1", "self");

        Assert.Equal((2, 1), (Tree(world).Available("own", H100), Tree(world).Available("alone", H100)));
    }

    [Fact]
    public void Available_QueueAlone_IsItsOwn()
    {
        var world = new WaitWorld().Project("own", "h100=2", cohort: "").Project("other", "h100=6").Runs("own", "w", 3);

        Assert.Equal((-1, 2), (Tree(world).Available("own", H100), Tree(world).Capacity("own", H100)));
    }

    private static decimal Back(WaitWorld world, string queue, int wanted) =>
        Tree(world).Reclaimable(queue, H100, new Dictionary<ResourceKey, decimal> { [H100] = wanted });

    private static QuotaTree Tree(WaitWorld world) =>
        QuotaTree.From(world.Snapshot.ClusterQueues, world.Snapshot.Cohorts, world.Snapshot.Queued());
}

using System.Text.Json.Nodes;
using Portal.Core.Waiting;

namespace Portal.Core.Tests.Waiting;

/// <summary>Fewer pieces are offered only where they would start.</summary>
public class StartOptionsTests
{
    [Theory]
    [InlineData(4, 4, 0)] // its node is full
    [InlineData(4, 2, 2)]
    [InlineData(4, 3, 0)] // one is free on the node, and two were offered
    public void Smaller_IsOfferedOnlyWhereANodeHasRoom(int gpus, int held, int amount)
    {
        var world = new WaitWorld().Project("own", "h100=2", cohort: "").Node("n1", gpus).Held("n1", held);

        Assert.Equal(amount, SmallerOf(world, world.Waits("own", "mine", 4)));
    }

    [Theory]
    [InlineData(1, 0)] // two each, and one node with room for two
    [InlineData(2, 4)]
    public void Smaller_OfARunOnSeveralNodes_NeedsRoomForEachPod(int nodes, int amount)
    {
        var world = new WaitWorld().Project("own", "h100=4", cohort: "");
        for (var node = 0; node < nodes; node++)
            world.Node($"n{node}", 2);
        var mine = world.Waits("own", "mine", 4);
        mine["spec"]!["podSets"]![0]!["count"] = 2;

        Assert.Equal(amount, SmallerOf(world, mine));
    }

    [Theory]
    [InlineData("BestEffortFIFO", 4, 1)] // needs more than is free, and others pass
    [InlineData("BestEffortFIFO", 1, 0)] // takes what is free
    [InlineData("StrictFIFO", 4, 0)]
    public void Smaller_BehindOthers_IsOfferedWhereTheyAreToBePassed(string strategy, int head, int amount)
    {
        var world = new WaitWorld().Project("own", "h100=4", cohort: "", strategy: strategy).Runs("own", "a", 3);
        world.Waits("own", "head", head, minutes: 20);

        Assert.Equal(amount, SmallerOf(world, world.Waits("own", "mine", 2)));
    }

    [Theory]
    [InlineData("BestEffortFIFO", true)]
    [InlineData("StrictFIFO", false)]
    public void OtherPool_BehindOthers_IsOfferedWhereTheyAreToBePassed(string strategy, bool offered)
    {
        var world = new WaitWorld().Project("own", "h100=2 a100=4", cohort: "", strategy: strategy).Runs("own", "a", 2);
        world.Waits("own", "head", 8, minutes: 20);

        var options = WaitExplanation.For(world.Snapshot, world.Waits("own", "mine", 2), null).Options;

        Assert.Equal(offered, options.Any(o => o.Kind == StartOptionKind.OtherPool));
    }

    // Its pool's grant has ended while it waits.
    [Fact]
    public void Smaller_BehindOneThatAsksForWhatTheQueueHasNot_IsOffered()
    {
        var world = new WaitWorld().Project("own", "h100=4", cohort: "").Runs("own", "a", 3);
        var head = world.Waits("own", "head", 1, minutes: 20);
        var container = head["spec"]!["podSets"]![0]!["template"]!["spec"]!["containers"]![0]!;
        container["resources"] = JsonNode.Parse("""{"requests":{"cpu":"1","vendor.example/card":"1"}}""");

        Assert.Equal(1, SmallerOf(world, world.Waits("own", "mine", 2)));
    }

    private static decimal SmallerOf(WaitWorld world, JsonObject mine) =>
        WaitExplanation.For(world.Snapshot, mine, null).Options.Where(o => o.Kind == StartOptionKind.Smaller).Sum(o => o.Amount);
}

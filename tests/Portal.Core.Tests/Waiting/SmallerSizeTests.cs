using Portal.Core.Catalog;
using Portal.Core.Waiting;

namespace Portal.Core.Tests.Waiting;

/// <summary>What of the catalogue's sizes would start in place of the one that waits.</summary>
public class SmallerSizeTests
{
    private const decimal GiB = 1024m * 1024 * 1024;

    private static readonly WorkloadSize[] Sizes = [new("small", 500, 1024), new("medium", 1000, 4096), new("large", 4000, 16384)];

    [Theory]
    [InlineData(2, 100, "medium")]
    [InlineData(0.7, 100, "small")]
    [InlineData(0.4, 100, null)]
    [InlineData(4, 100, null)]
    [InlineData(100, 2, "small")]
    public void InAQueue_IsTheLargestThatItsRestTakes(double cores, double gib, string? expected) =>
        Assert.Equal(expected, SmallerSize.For(Queued(1, (decimal)cores, (decimal)gib), Sizes[2], 1, Sizes)?.Id);

    [Fact]
    public void InAQueue_CountsAllPodsOfARun() =>
        Assert.Equal("small", SmallerSize.For(Queued(3, 2, 100), Sizes[2], 3, Sizes)?.Id);

    [Fact]
    public void WhereAcceleratorsAreShort_OrOthersAreBefore_IsNone()
    {
        var both = Queued(1, 2, 100) with { Rows = [.. Queued(1, 2, 100).Rows, new WaitRow(new("h100", WaitWorld.Gpu), 1, 0, 8, 0, 0)] };
        var behind = Queued(1, 2, 100) with { IsTaken = true };

        Assert.Null(SmallerSize.For(both, Sizes[2], 1, Sizes));
        Assert.Null(SmallerSize.For(behind, Sizes[2], 1, Sizes));
    }

    // Four cores are free on one node and sixteen GiB on another: neither has room for both.
    [Theory]
    [InlineData(4, 1, 0.2, 16, "small")]
    [InlineData(1, 4, 0.2, 16, "medium")]
    [InlineData(0.2, 16, 4, 0.5, null)]
    public void OnNodes_LooksAtEachNodeWhole(double cores, double gib, double otherCores, double otherGib, string? expected)
    {
        var rooms = new[] { Room(cores, gib), Room(otherCores, otherGib) };
        var analysis = new WaitAnalysis(WaitKind.Room, Rows(1, 4, 16)) { Nodes = new NodeFit(2, 2, [], Room(0, 0), Room(0, 0), 0) { Rooms = rooms } };

        Assert.Equal(expected, SmallerSize.For(analysis, Sizes[2], 1, Sizes)?.Id);
    }

    [Theory]
    [InlineData(1, "medium")]
    [InlineData(0.7, "small")]
    [InlineData(0.4, null)]
    public void InAQueue_IsOneThatANodeHasRoomFor(double cores, string? expected)
    {
        var analysis = Queued(1, 2, 100) with { Nodes = new NodeFit(1, 1, [], Room(0, 0), Room(0, 0), 0) { Rooms = [Room(cores, 16)], Wanted = Room(4, 16) } };

        Assert.Equal(expected, SmallerSize.For(analysis, Sizes[2], 1, Sizes)?.Id);
    }

    private static WaitAnalysis Queued(int pods, decimal cores, decimal gib) =>
        new(WaitKind.Quota, Rows(pods, cores, gib)) { ClusterQueue = "own" };

    private static WaitRow[] Rows(int pods, decimal cores, decimal gib) =>
    [
        new(new("default", "cpu"), pods * 4, cores, 100, 0, 0),
        new(new("default", "memory"), pods * 16 * GiB, gib * GiB, 100 * GiB, 0, 0),
    ];

    private static Dictionary<string, decimal> Room(double cores, double gib) =>
        new() { ["cpu"] = (decimal)cores, ["memory"] = (decimal)gib * GiB };
}

using Portal.Core.Clusters;
using Portal.Core.Projects;

namespace Portal.Core.Tests.Clusters;

public class PlacementTests
{
    private static readonly PlacementWish Anywhere = new("", DataClass.Internal);

    [Fact]
    public void Decide_SeveralFit_TakesTheOneWithTheLargestFreePart()
    {
        var placement = Placement.Decide(Anywhere, [Offer("a", free: 10, total: 100), Offer("b", free: 6, total: 8), Offer("c", free: null)]);

        Assert.Equal(("b", "placement.most_free", "6"), (placement.Chosen!.Cluster, placement.Chosen.Reason.Code, placement.Chosen.Reason.Arguments["free"]));
        Assert.Equal(["b", "a", "c"], placement.Verdicts.Select(v => v.Cluster));
        Assert.Equal("placement.unseen", placement.Verdicts[2].Reason.Code);
    }

    [Theory]
    [InlineData("eu", "us", "placement.region")]
    [InlineData("EU", "eu", null)]
    [InlineData("", "us", null)]
    [InlineData("eu", "", null)]
    public void Decide_Region_IsHeldTo(string wanted, string region, string? against)
    {
        var placement = Placement.Decide(Anywhere with { Region = wanted }, [Offer("a", region: region)]);

        Assert.Equal((against is null, against ?? "placement.only"), (placement.Chosen is not null, placement.Verdicts[0].Reason.Code));
    }

    [Fact]
    public void Decide_NoneFits_SaysOfEachWhy()
    {
        var pool = Guid.NewGuid();

        var placement = Placement.Decide(new PlacementWish("", DataClass.Restricted, pool),
        [
            Offer("closed") with { TakesProjects = false },
            Offer("open data") with { DataClasses = [DataClass.Public] },
            Offer("elsewhere"),
            Offer("there", free: 0.5) with { Id = pool, TakesProjects = false },
        ]);

        Assert.Null(placement.Chosen);
        Assert.Equal(("there", "placement.closed"), (placement.AgainstPool?.Cluster, placement.AgainstPool?.Reason.Code));
        Assert.Equal(
            ["placement.closed", "placement.pool", "placement.data_class", "placement.closed"],
            placement.Verdicts.Select(v => v.Reason.Code));
    }

    [Fact]
    public void Decide_Full_IsTakenAfterThoseWithRoomAndSaysSo()
    {
        // Full by what may start, though a larger part of it is free.
        var placement = Placement.Decide(Anywhere, [Offer("full", free: 0.9, total: 2), Offer("roomy", free: 10, total: 100), Offer("dark", free: null)]);
        var alone = Placement.Decide(Anywhere, [Offer("full", free: -3)]);

        Assert.Equal([("roomy", "placement.most_free"), ("full", "placement.full"), ("dark", "placement.unseen")],
            placement.Verdicts.Select(v => (v.Cluster, v.Reason.Code)));
        Assert.All(placement.Verdicts, v => Assert.True(v.Fits));
        Assert.Equal(("placement.full", "0", "8"),
            (alone.Chosen?.Reason.Code, alone.Chosen?.Reason.Arguments["free"], alone.Chosen?.Reason.Arguments["total"]));
    }

    [Fact]
    public void Decide_OnlyOneThatIsNotSeen_TakesItAndSaysSo() =>
        Assert.Equal("placement.only_unseen", Placement.Decide(Anywhere, [Offer("a", free: null)]).Chosen?.Reason.Code);

    private static ClusterOffer Offer(string name, double? free = 4, double total = 8, string region = "") => new(
        Guid.NewGuid(), name, region, Enum.GetValues<DataClass>(), true, free is { } cores ? new ClusterRoom(total, cores) : null);
}

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
            Offer("full", free: 0.5) with { Id = pool },
        ]);

        Assert.Null(placement.Chosen);
        Assert.Equal(
            ["placement.closed", "placement.pool", "placement.full", "placement.data_class"],
            placement.Verdicts.Select(v => v.Reason.Code));
    }

    [Fact]
    public void Decide_OnlyOneThatIsNotSeen_TakesItAndSaysSo() =>
        Assert.Equal("placement.only_unseen", Placement.Decide(Anywhere, [Offer("a", free: null)]).Chosen?.Reason.Code);

    private static ClusterOffer Offer(string name, double? free = 4, double total = 8, string region = "") => new(
        Guid.NewGuid(), name, region, Enum.GetValues<DataClass>(), true, free is { } cores ? new ClusterRoom(total, cores) : null);
}

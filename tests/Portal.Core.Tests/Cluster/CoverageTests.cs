using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Tests.Cluster;

public class CoverageTests
{
    [Theory]
    [InlineData("""{"spec":{"resources":{"requests":{"storage":"1Ti"}}}}""", """{"spec":{"resources":{"requests":{"storage":"1024Gi"}}}}""", true)]
    [InlineData("""{"spec":{"resources":{"requests":{"storage":"1Ti"}}}}""", """{"spec":{"resources":{"requests":{"storage":"1000Gi"}}}}""", false)]
    [InlineData("""{"spec":{"limits":[{"type":"Container","max":{"cpu":"1"}}]}}""", """{"spec":{"limits":[{"type":"Container","max":{"cpu":"1000m"}}]}}""", true)]
    [InlineData("""{"metadata":{"annotations":{"a":"1"}}}""", """{"metadata":{"annotations":{"a":"1000m"}}}""", false)]
    [InlineData("""{"spec":{"containers":[{"name":"c","env":[{"name":"A","value":"1k"}]}]}}""", """{"spec":{"containers":[{"name":"c","env":[{"name":"A","value":"1000"}]}]}}""", false)]
    public void Covers_AmountsInOtherWords_AreTheSameWhereAmountsStand(string seen, string wanted, bool covered)
    {
        var (there, wish) = (JsonNode.Parse(seen)!.AsObject(), JsonNode.Parse(wanted)!.AsObject());

        Assert.Equal(covered, Coverage.Covers(there, wish));
        Assert.Equal(covered, Coverage.Missing(there, wish).Count == 0);
    }
}

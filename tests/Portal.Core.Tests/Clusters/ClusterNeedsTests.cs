using Portal.Core.Cluster;
using Portal.Core.Clusters;

namespace Portal.Core.Tests.Clusters;

public class ClusterNeedsTests
{
    private static readonly ClusterCapabilities Served = new("v1.34.0", [Kinds.Pod], IsEmbedded: false);

    [Fact]
    public void For_ClusterReachedFromOutside_AsksForTheWayThroughItsServer()
    {
        var outside = ClusterNeeds.For(Served, [], outside: true).Select(r => r.ToString()).ToList();
        var inside = ClusterNeeds.For(Served, [], outside: false).Select(r => r.ToString()).ToList();

        Assert.Equal(["get", "create", "update", "patch", "delete"], outside.Except(inside).Select(r => r.Replace(" pods/proxy", "", StringComparison.Ordinal)));
    }
}

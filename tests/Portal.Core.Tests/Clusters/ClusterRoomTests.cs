using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Testing.Cluster;

namespace Portal.Core.Tests.Clusters;

public class ClusterRoomTests
{
    [Theory]
    [InlineData(null, null, 12)]
    [InlineData("node-role.kubernetes.io/control-plane", null, 8)]
    [InlineData("dedicated", null, 8)]
    [InlineData(null, "nvidia.com/gpu", 12)] // a pool's work tolerates it
    [InlineData(null, "node-role.kubernetes.io/control-plane", 4)]
    [InlineData(null, "node.kubernetes.io/disk-pressure", 4)]
    [InlineData("dedicated", "node.kubernetes.io/disk-pressure", 0)]
    public void From_Nodes_CountsThoseThatWorkOfProjectsMayUse(string? ofThePlain, string? ofTheAccelerated, double cores)
    {
        var seen = new SeenCluster().WithNode("gpu", "nvidia.com/gpu", 4, taint: ofTheAccelerated).With(Kinds.Node, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "plain" },
            ["spec"] = new JsonObject
            {
                ["taints"] = ofThePlain is null ? [] : new JsonArray(new JsonObject { ["key"] = ofThePlain, ["effect"] = "NoSchedule" }),
            },
            ["status"] = new JsonObject
            {
                ["allocatable"] = new JsonObject { ["cpu"] = "4" },
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
            },
        });

        Assert.Equal(new ClusterRoom(cores, cores), ClusterRoom.From(seen));
    }
}

using System.Text.Json.Nodes;
using Portal.Core.Projects;

namespace Portal.Core.Tests.Projects;

public class CommonQuotaTests
{
    private static readonly ProjectCeiling Small = ProjectSizes.Of(ProjectSize.S);

    [Fact]
    public void Ceilings_ThatFit_AreGuaranteedWhole() =>
        Assert.Equal(new CommonQuota(8000, 0, 32 * 1024, 0), CommonQuota.For(Small, [Small, Small], new NodeCapacity(16_000, 64 * 1024)));

    [Fact]
    public void Ceilings_ThatPromiseMoreThanThereIs_AreHalvedAndTheRestIsBorrowed() =>
        Assert.Equal(new CommonQuota(2000, 6000, 16 * 1024, 16 * 1024), CommonQuota.For(Small, [Small, Small], new NodeCapacity(4_000, 40 * 1024)));

    [Fact]
    public void Nodes_NotSeenYet_LeaveTheCeilings() =>
        Assert.Equal(8000, CommonQuota.For(Small, [Small], null).CpuMilli);

    [Fact]
    public void Guaranteed_OfAnyMixOfProjects_NeverExceedsTheNodes()
    {
        var random = new Random(20261127);
        for (var round = 0; round < 500; round++)
        {
            var all = Enumerable.Range(0, random.Next(1, 200)).Select(_ => ProjectSizes.Of((ProjectSize)random.Next(3))).ToList();
            var nodes = new NodeCapacity(random.Next(1, 4_000) * 500L, random.Next(1, 4_000) * 512L);

            var quotas = all.ConvertAll(c => CommonQuota.For(c, all, nodes));

            Assert.True(quotas.Sum(q => q.CpuMilli) <= nodes.CpuMilli, $"{quotas.Sum(q => q.CpuMilli)} of {nodes.CpuMilli} in round {round}");
            Assert.True(quotas.Sum(q => q.MemoryMiB) <= nodes.MemoryMiB);
            Assert.All(quotas.Zip(all), q => Assert.Equal(q.Second.CpuCores * 1000L, q.First.CpuMilli + q.First.CpuBorrowMilli));
        }
    }

    [Theory]
    [InlineData("2", "16Gi", 2000, 16 * 1024)]
    [InlineData("1500m", "16777216Ki", 1500, 16 * 1024)]
    [InlineData("0.5", "17179869184", 500, 16 * 1024)]
    [InlineData("many", "", 0, 0)]
    public void Capacity_OfNodes_ReadsQuantities(string cpu, string memory, long milli, long mib)
    {
        var node = new JsonObject { ["status"] = new JsonObject { ["allocatable"] = new JsonObject { ["cpu"] = cpu, ["memory"] = memory } } };

        Assert.Equal(new NodeCapacity(milli, mib), NodeCapacity.Of([node]));
        Assert.Null(NodeCapacity.Of([]));
    }

    // The workers of a cluster that grows on demand come only once something waits for them.
    [Fact]
    public void Nodes_ThatAreAllClosed_SayNothing() => Assert.Null(NodeCapacity.Of(
        [JsonNode.Parse("""{"spec":{"taints":[{"key":"node-role.kubernetes.io/control-plane","effect":"NoSchedule"}]},"status":{"allocatable":{"cpu":"4"}}}""")!.AsObject()]));

    [Theory]
    [InlineData("node-role.kubernetes.io/control-plane", "NoSchedule", "", 0)]
    [InlineData("dedicated", "NoExecute", "", 0)]
    [InlineData("dedicated", "PreferNoSchedule", "", 4000)]
    [InlineData("node.kubernetes.io/unreachable", "NoExecute", "", 4000)] // away for a moment
    [InlineData("nvidia.com/gpu", "NoSchedule", ",\"nvidia.com/gpu\":\"8\"", 4000)]
    [InlineData("nvidia.com/gpu", "NoSchedule", ",\"nvidia.com/gpu\":\"0\"", 4000)] // its device plugin starts again
    [InlineData("node-role.kubernetes.io/control-plane", "NoSchedule", ",\"nvidia.com/gpu\":\"8\"", 0)]
    public void Nodes_ThatAreClosedForGood_DoNotCount(string taint, string effect, string more, long milli)
    {
        var node = JsonNode.Parse($$"""
            {"spec":{"taints":[{"key":"{{taint}}","effect":"{{effect}}"} ] },"status":{"allocatable":{"cpu":"4","memory":"8Gi"{{more}} } } }
            """)!.AsObject();

        var open = JsonNode.Parse("""{"status":{"allocatable":{"cpu":"1","memory":"1Gi"}}}""")!.AsObject();
        Assert.Equal(1000 + milli, NodeCapacity.Of([node, open])?.CpuMilli);
    }
}

using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Testing.Cluster;

namespace Portal.Core.Tests.Hardware;

public class DiscoveredAcceleratorsTests
{
    private const string Gpu = "nvidia.com/gpu";
    private static readonly (string, string) A100 = ("nvidia.com/gpu.product", "A100-SXM4-80GB");
    private static readonly (string, string) T4 = ("nvidia.com/gpu.product", "Tesla-T4");

    [Fact]
    public void From_TwoModels_ProposesOneForEach()
    {
        var proposals = Propose(new SeenCluster()
            .WithNode("a1", Gpu, 8, A100, taint: Gpu).WithNode("a2", Gpu, 8, A100, taint: Gpu).WithNode("t1", Gpu, 4, T4, simulated: true));

        Assert.Equal(["A100 SXM4 80GB", "Tesla T4"], proposals.Select(p => p.Name));
        Assert.Equal([16, 4], proposals.Select(p => p.Count));
        Assert.Equal(["a1", "a2"], proposals[0].Nodes);
        Assert.Equal(new NodeTaint(Gpu, "true", "NoSchedule"), Assert.Single(proposals[0].Taints));
        Assert.Equal([false, true], proposals.Select(p => p.Simulated));
    }

    [Theory]
    [InlineData("simulated-tpu", "Simulated TPU")]
    [InlineData("tpu-v5-lite-podslice", "TPU v5 lite podslice")]
    [InlineData("Tesla-T4", "Tesla T4")]
    public void From_LabelWrittenSmall_IsNamedAsAPersonWouldWriteIt(string label, string name) =>
        Assert.Equal(name, Assert.Single(Propose(new SeenCluster().WithNode("n", "google.com/tpu", 4, ("cloud.google.com/gke-tpu-accelerator", label)))).Name);

    [Fact]
    public void From_NodeWithSeveralResources_ProposesEach()
    {
        var proposals = Propose(new SeenCluster().WithNode("n", Gpu, 1).WithNode("f", "xilinx.com/fpga", 2).WithNode("t", "google.com/tpu", 4));

        Assert.Equal(["google.com/tpu", "xilinx.com/fpga", Gpu], proposals.Select(p => p.ResourceName));
    }

    [Fact]
    public void From_PassingTaintsAndPlainNodes_AreLeftOut()
    {
        var proposals = Propose(new SeenCluster().WithNode("n", Gpu, 1, taint: "node.kubernetes.io/unreachable").WithNode("c", "cpu", 8));

        Assert.Empty(Assert.Single(proposals).Taints);
    }

    [Fact]
    public void From_ExistingPool_MarksItsProposal()
    {
        var pool = new HardwarePool { ResourceName = Gpu, NodeLabels = { [A100.Item1] = A100.Item2 } };

        var proposals = Propose(new SeenCluster().WithNode("a", Gpu, 8, A100).WithNode("t", Gpu, 4, T4), pool);

        Assert.Equal([pool.Id, null], proposals.Select(p => p.CoveredBy));
    }

    private static IReadOnlyList<PoolProposal> Propose(SeenCluster cluster, params HardwarePool[] pools) =>
        DiscoveredAccelerators.From(cluster.List(Kinds.Node).Select(NodeView.From), pools);
}

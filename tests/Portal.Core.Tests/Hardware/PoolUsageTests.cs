using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Testing.Cluster;

namespace Portal.Core.Tests.Hardware;

public class PoolUsageTests
{
    private const string Gpu = "nvidia.com/gpu";

    private readonly SeenCluster _cluster = new SeenCluster()
        .WithNode("a1", Gpu, 8, ("model", "a")).WithNode("a2", Gpu, 8, ("model", "a"), ready: false).WithNode("b1", Gpu, 4, ("model", "b"));

    private readonly HardwarePool _pool = new() { ResourceName = Gpu, NodeLabels = { ["model"] = "a" }, Ledger = { Capacity = 16, Granted = 12 } };

    [Fact]
    public void From_PodsOnItsNodes_CountsThoseThatStillRun()
    {
        _cluster.WithPod("x", "p1", "a1", Gpu, 3).WithPod("x", "p2", "a1", Gpu, 2, "Succeeded").WithPod("y", "p3", "b1", Gpu, 1);

        var usage = Read();

        Assert.Equal(3, usage.InUse);
        Assert.Equal(["x"], usage.Running.Keys);
        Assert.Equal(["a1", "a2"], usage.Nodes.Select(n => n.Name));
    }

    [Fact]
    public void From_QueuedWorkloads_CountsAllTheirPods() =>
        Assert.Equal(8, Read(_cluster.WithWaiting("x", "w", Gpu, 4, count: 2)).Queued);

    [Fact]
    public void From_WorkloadThatAsksForALabelOfAnotherPool_DoesNotWaitForOneWithoutIt()
    {
        _cluster.With(Kinds.ResourceFlavor, Flavor("a", "model")).With(Kinds.ResourceFlavor, Flavor("disks", "zone")).With(Kinds.ClusterQueue, Queue)
            .WithWaiting("x", "w", Gpu, 4);
        Waiting["spec"]!["podSets"]![0]!["template"]!["spec"]!["nodeSelector"] = new JsonObject { ["model"] = "a", ["zone"] = "z" };

        Assert.Equal((4, 0), (Read().Queued, PoolUsage.From(new HardwarePool { ResourceName = Gpu }, _cluster).Queued));
    }

    [Theory]
    [InlineData("spec", """{"active":false}""")]
    [InlineData("status", """{"conditions":[{"type":"Requeued","status":"False","reason":"PodsReadyTimeout"}]}""")]
    public void From_WorkloadThatWasPutAside_DoesNotWait(string part, string more)
    {
        _cluster.WithWaiting("x", "w", Gpu, 4);
        foreach (var (key, value) in JsonNode.Parse(more)!.AsObject())
            Waiting[part]![key] = value!.DeepClone();

        Assert.Equal(0, Read().Queued);
    }

    [Fact]
    public void View_NodeNotReady_ShowsOvercommitment()
    {
        var view = new PoolView(_pool, Read(), TimeSpan.Zero);

        Assert.Equal((8, 4, 8), (view.Usage.Observed, view.Overcommitted, view.Missing));
    }

    [Fact]
    public void View_NodeThatIsDrained_ShowsOvercommitment()
    {
        _cluster.Original(Kinds.Node, "a1")["spec"]!["unschedulable"] = true;

        var view = new PoolView(_pool, Read(), TimeSpan.Zero);

        Assert.Equal((0, 12), (view.Usage.Observed, view.Overcommitted));
        Assert.Equal((true, true), (view.Usage.Nodes[0].Ready, view.Usage.Nodes[0].Cordoned));
    }

    [Fact]
    public void View_ClusterNotSeenYet_ClaimsNothing() =>
        Assert.Equal((0, 0), (new PoolView(_pool, PoolUsage.None, null).Overcommitted, new PoolView(_pool, PoolUsage.None, null).Missing));

    [Theory]
    [InlineData(12, 4, 4)]
    [InlineData(6, 4, 2)]
    [InlineData(2, 4, 0)]
    public void View_FurtherGrant_SaysHowMuchOfItNoReadyNodeBacks(int granted, int amount, int unbacked)
    {
        _pool.Ledger.Granted = granted;

        Assert.Equal(unbacked, new PoolView(_pool, Read(), TimeSpan.Zero).Unbacked(amount));
        Assert.Equal(0, new PoolView(_pool, PoolUsage.None, null).Unbacked(amount));
    }

    private static JsonObject Flavor(string name, string label) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["nodeLabels"] = new JsonObject { [label] = "a" } },
    };

    // Labels of what another resource is offered as say nothing of this one.
    private static JsonObject Queue => new()
    {
        ["metadata"] = new JsonObject { ["name"] = "q" },
        ["spec"] = JsonNode.Parse($$"""
            {"resourceGroups":[{"coveredResources":["{{Gpu}}"],"flavors":[{"name":"a"}]},{"coveredResources":["example.com/disk"],"flavors":[{"name":"disks"}]}]}
            """),
    };

    private JsonObject Waiting => _cluster.Original(Kinds.Workload, _cluster.List(Kinds.Workload).Single().Name());

    private PoolUsage Read(SeenCluster? cluster = null) => PoolUsage.From(_pool, cluster ?? _cluster);
}

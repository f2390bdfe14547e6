using System.Text.Json.Nodes;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Tests.Scheduling;

public class PlacementTests
{
    [Fact]
    public void Decide_SomeNodesLackTheDeviceAndOthersTheLabel_CountsEachReason()
    {
        NodeState[] nodes =
        [
            Node("a", labels: new() { ["pool"] = "gpu" }),
            Node("b"),
            Node("c"),
        ];

        Placement placement = Placement.Decide(Demand("""{"containers":[{"resources":{"requests":{"nvidia.com/gpu":"1"}}}],"nodeSelector":{"pool":"gpu"}}"""), nodes);

        Assert.Null(placement.NodeName);
        Assert.Equal("0/3 nodes are available: 1 Insufficient nvidia.com/gpu, 2 node(s) didn't match Pod's node affinity/selector.", placement.Message);
    }

    [Fact]
    public void Decide_NoNodes_SaysSo() =>
        Assert.Equal("no nodes available to schedule pods", Placement.Decide(Demand("""{"containers":[{}]}"""), []).Message);

    [Fact]
    public void Decide_SomethingIsAgainstEveryNode_SaysWhat() => Assert.Equal(
        "0/2 nodes are available: persistentvolumeclaim \"c\" is being deleted.", Placement.Decide(Demand("""{"containers":[{}]}"""), [Node("a"), Node("b")], "persistentvolumeclaim \"c\" is being deleted").Message);

    [Fact]
    public void Decide_NodeIsFull_CountsWhatIsTakenAlready()
    {
        NodeState node = Node("a", cpu: "2");
        PodDemand demand = Demand("""{"containers":[{"resources":{"requests":{"cpu":"1500m"}}}]}""");

        Assert.Equal("a", Placement.Decide(demand, [node]).NodeName);
        node.Take(demand);

        Assert.Equal("0/1 nodes are available: 1 Insufficient cpu.", Placement.Decide(demand, [node]).Message);
    }

    [Fact]
    public void Decide_PodLimitReached_SaysTooManyPods()
    {
        NodeState node = Node("a", pods: "1");
        PodDemand demand = Demand("""{"containers":[{}]}""");
        node.Take(demand);

        Assert.Equal("0/1 nodes are available: 1 Too many pods.", Placement.Decide(demand, [node]).Message);
    }

    [Theory]
    [InlineData("""[]""", null)]
    [InlineData("""[{"key":"nvidia.com/gpu","operator":"Exists","effect":"NoSchedule"}]""", "a")]
    [InlineData("""[{"key":"nvidia.com/gpu","value":"true"}]""", "a")]
    [InlineData("""[{"key":"nvidia.com/gpu","value":"false"}]""", null)]
    [InlineData("""[{"operator":"Exists"}]""", "a")]
    public void Decide_TaintedNode_NeedsAToleration(string tolerations, string? expected)
    {
        NodeState node = Node("a", taints: """[{"key":"nvidia.com/gpu","value":"true","effect":"NoSchedule"}]""");

        Placement placement = Placement.Decide(Demand($$"""{"containers":[{}],"tolerations":{{tolerations}}}"""), [node]);

        Assert.Equal(expected, placement.NodeName);
        if (expected is null) Assert.Equal("0/1 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: true}.", placement.Message);
    }

    [Theory]
    [InlineData("""{"key":"zone","operator":"In","values":["a","b"]}""", true)]
    [InlineData("""{"key":"zone","operator":"NotIn","values":["a"]}""", false)]
    [InlineData("""{"key":"zone","operator":"Exists"}""", true)]
    [InlineData("""{"key":"disk","operator":"DoesNotExist"}""", true)]
    [InlineData("""{"key":"cores","operator":"Gt","values":["16"]}""", true)]
    [InlineData("""{"key":"cores","operator":"Lt","values":["16"]}""", false)]
    public void Decide_RequiredAffinity_MustHold(string expression, bool fits)
    {
        NodeState node = Node("n", labels: new() { ["zone"] = "a", ["cores"] = "32" });
        PodDemand demand = Demand($$"""
            {"containers":[{}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[ { "matchExpressions":[ {{expression}} ] } ] } } } }
            """);

        Assert.Equal(fits, Placement.Decide(demand, [node]).NodeName is not null);
    }

    [Fact]
    public void Decide_PodWithoutDevices_LeavesTheAcceleratorNodeFree()
    {
        NodeState[] nodes = [Node("gpu", cpu: "64", devices: "8"), Node("plain", cpu: "4")];

        Assert.Equal("plain", Placement.Decide(Demand("""{"containers":[{"resources":{"requests":{"cpu":"1"}}}]}"""), nodes).NodeName);
    }

    [Fact]
    public void Decide_CordonedNode_IsUnschedulable()
    {
        NodeState node = Node("a") with { Unschedulable = true };

        Assert.Equal("0/1 nodes are available: 1 node(s) were unschedulable.", Placement.Decide(Demand("""{"containers":[{}]}"""), [node]).Message);
    }

    [Fact]
    public void OfPod_InitContainersAndSidecars_TakesTheLargerOfBothPhases()
    {
        ResourceAmounts amounts = ResourceAmounts.OfPod((JsonObject)JsonNode.Parse("""
            {
              "initContainers": [
                {"restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}},
                {"resources":{"requests":{"cpu":"3","memory":"1Gi"}}}
              ],
              "containers": [{"resources":{"requests":{"cpu":"500m"},"limits":{"memory":"2Gi"}}}],
              "overhead": {"cpu":"100m"}
            }
            """)!);

        Assert.Equal(4.1m, amounts.Of("cpu"));
        Assert.Equal(2m * 1024 * 1024 * 1024, amounts.Of("memory"));
    }

    private static PodDemand Demand(string spec) => PodDemand.From((JsonObject)JsonNode.Parse(spec)!);

    private static NodeState Node(string name, string cpu = "8", string pods = "110", string? devices = null, Dictionary<string, string>? labels = null, string taints = "[]")
    {
        JsonObject capacity = new() { ["cpu"] = cpu, ["memory"] = "32Gi", ["pods"] = pods };
        if (devices is not null) capacity["nvidia.com/gpu"] = devices;
        JsonObject body = new()
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject((labels ?? []).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))) },
            ["spec"] = new JsonObject { ["taints"] = JsonNode.Parse(taints) },
            ["status"] = new JsonObject { ["allocatable"] = capacity },
        };
        return NodeState.From(body);
    }
}

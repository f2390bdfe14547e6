using System.Text.Json.Nodes;
using Portal.Core.Waiting;

namespace Portal.Core.Tests.Waiting;

public class WaitExplanationTests
{
    private const string Short = "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor h100, 1 more needed";

    [Fact]
    public void For_QuotaUsedUp_SaysNeededFreeShortAndWhoHoldsIt()
    {
        var world = new WaitWorld().Project("own", "h100=4//0").Project("other", "h100=4//0").Runs("own", "a", 3, minutes: 90).Runs("other", "b", 4);
        var mine = world.Waits("own", "mine", 2, message: Short);

        var why = WaitExplanation.For(world.Snapshot, mine, null);

        Assert.Equal(WaitKind.Quota, why.Kind);
        var row = Assert.Single(why.Rows);
        Assert.Equal((2, 1, 1, 4), (row.Needed, row.Free, row.ShortBy, row.Capacity));
        Assert.Contains(why.Holders, h => h is { Namespace: "own", Amount: 3, Borrowed: 0 } && h.Since == WaitWorld.Now.AddMinutes(-90));
        Assert.Equal((StartOptionKind.Smaller, 1), (why.Options[0].Kind, why.Options[0].Amount));
        Assert.Contains(why.Options, o => o is { Kind: StartOptionKind.MoreQuota, Amount: 1 });
    }

    [Fact]
    public void For_OwnQuotaLentToOthers_IsReclaimAndNamesTheBorrower()
    {
        var world = new WaitWorld().Project("own", "h100=4").Project("other", "h100=4").Runs("other", "b", 8);
        var mine = world.Waits("own", "mine", 2, message: Short);

        var why = WaitExplanation.For(world.Snapshot, mine, null);

        Assert.Equal((WaitKind.Reclaim, 4, 4), (why.Kind, why.Rows[0].Lent, why.Rows[0].Reclaimable));
        Assert.Equal(("other", 8, 4), (why.Holders[0].Namespace, why.Holders[0].Amount, why.Holders[0].Borrowed));
        Assert.DoesNotContain(why.Options, o => o.Kind == StartOptionKind.MoreQuota);
    }

    [Fact]
    public void For_LentQuotaBeyondItsOwn_WaitsForQuotaAndIsEstimated()
    {
        // Three of its own four are used: with two more it would borrow, and nobody is stopped for that.
        var world = new WaitWorld().Project("own", "h100=4").Project("other", "h100=4").Runs("own", "a", 3).Runs("other", "b", 5);
        var mine = world.Waits("own", "mine", 2, message: Short);

        var why = WaitExplanation.For(world.Snapshot, mine, null);

        Assert.Equal((WaitKind.Quota, 0), (why.Kind, why.Rows[0].Reclaimable));
        Assert.NotNull(WaitScenes.From(world.Snapshot, why));
    }

    [Fact]
    public void For_OverCommittedQueue_IsShortOfThatAsWell()
    {
        var world = new WaitWorld().Project("own", "h100=2", cohort: "").Runs("own", "a", 4);
        var mine = world.Waits("own", "mine", 2, message: Short);

        var why = WaitExplanation.For(world.Snapshot, mine, null);

        Assert.Equal((-2, 4), (why.Rows[0].Free, why.Rows[0].ShortBy));
        Assert.Equal(-2, WaitScenes.From(world.Snapshot, why)!.Free);
    }

    [Fact]
    public void For_LabelOfAnotherPool_LeavesOutThePoolThatHasNone()
    {
        var world = new WaitWorld().Project("own", "gpu=8//0 h100=4//0").Flavor("gpu", "{}").Flavor("h100", """{"pool":"h100"}""").Runs("own", "a", 4);
        var mine = world.Waits("own", "mine", 2, message: Short, selector: """{"pool":"h100","kubernetes.io/arch":"amd64"}""");

        var why = WaitExplanation.For(world.Snapshot, mine, null);

        Assert.Equal((WaitKind.Quota, "h100", 2m), (why.Kind, Assert.Single(why.Rows).Key.Flavor, why.Rows[0].ShortBy));
        Assert.Equal("own", Assert.Single(why.Holders).Namespace);
    }

    [Fact]
    public void For_DeactivatedWorkload_StandsInNoQueueAndBeforeNobody()
    {
        var world = new WaitWorld().Project("own", "h100=1", cohort: "");
        var off = world.Waits("own", "off", 1, minutes: 20);
        off["spec"]!["active"] = false;
        var mine = world.Waits("own", "mine", 1, minutes: 10);

        var why = WaitExplanation.For(world.Snapshot, off, null);

        Assert.Equal((WaitKind.Other, 0, 0), (why.Kind, why.Position, why.Ahead.Count));
        Assert.Equal(1, WaitExplanation.For(world.Snapshot, mine, null).Position);
    }

    [Theory]
    [InlineData("Preempted", 1)]
    [InlineData("PodsReadyTimeout", 2)]
    [InlineData("AdmissionCheck", 2)]
    [InlineData("PodsReadyTimeout", 0, "2026-03-02T09:35:00Z", WaitKind.Backoff)]
    [InlineData("AdmissionCheck", 0, "", WaitKind.Other)]
    [InlineData("ClusterQueueStopped", 0, "", WaitKind.Queue)]
    public void For_WorkloadThatWasPutBack_StandsWhereKueuePutsIt(string reason, int position, string? aside = null, WaitKind kind = WaitKind.Starting)
    {
        var world = new WaitWorld().Project("own", "h100=1", cohort: "");
        world.Waits("own", "other", 1, minutes: 20);
        var mine = world.Waits("own", "mine", 1, minutes: 30);
        mine["status"]!["conditions"]!.AsArray().Add(new JsonObject
        {
            ["type"] = "Evicted",
            ["status"] = "True",
            ["reason"] = reason,
            ["lastTransitionTime"] = "2026-03-02T09:25:00Z",
        });
        if (aside is not null)
        {
            mine["status"]!["conditions"]!.AsArray().Add(new JsonObject { ["type"] = "Requeued", ["status"] = "False", ["reason"] = reason });
            mine["status"]!["requeueState"] = new JsonObject { ["count"] = 1, ["requeueAt"] = aside };
        }

        var why = WaitExplanation.For(world.Snapshot, mine, null);

        Assert.Equal(position, why.Position);
        Assert.Equal(aside is { Length: > 0 } ? WaitWorld.Now.AddMinutes(5) : null, why.Until);
        if (aside is null)
            return;
        Assert.Equal(kind, why.Kind);
        Assert.Equal(1, WaitExplanation.For(world.Snapshot, world.Snapshot.Workloads[0], null).Position);
    }

    [Fact]
    public void Queued_WorkloadOfWhichPodsHaveEnded_CountsWhatKueueCounts()
    {
        var world = new WaitWorld().Project("own", "h100=8", cohort: "").Runs("own", "a", 4);
        world.Waits("own", "back", 2);
        world.Waits("own", "other", 2);
        var (runs, back, other) = (world.Snapshot.Workloads[0], world.Snapshot.Workloads[1], world.Snapshot.Workloads[2]);
        runs["status"]!["admission"]!["podSetAssignments"]![0]!["count"] = 4;
        back["spec"]!["podSets"]![0]!["count"] = 4;
        foreach (var workload in (JsonObject[])[runs, back])
            workload["status"]!["reclaimablePods"] = JsonNode.Parse("""[{"name":"main","count":3}]""");
        other["status"]!["resourceRequests"] = JsonNode.Parse($$"""[{"name":"main","resources":{"example.com/slice":"6"} }]""");

        var queued = world.Snapshot.Queued();

        Assert.Equal(1, queued[0].Usage[new ResourceKey("h100", WaitWorld.Gpu)]);
        Assert.Equal(2, queued[1].Requests[WaitWorld.Gpu]);
        Assert.Equal([KeyValuePair.Create("example.com/slice", 6m)], queued[2].Requests);
    }

    [Fact]
    public void For_FullNodes_NamesWhoHoldsThem()
    {
        var world = new WaitWorld().Node("n1", 4).Node("n2", 8, taints: """[{"key":"reserved","value":"risk","effect":"NoSchedule"}]""")
            .Held("n1", 1, "few").Held("n1", 1, "many").Held("n1", 2, "many").Held("n1", 0, "none").Held("n2", 8, "elsewhere");

        var why = WaitExplanation.For(world.Snapshot, null, WaitWorld.Unplaced(2, "0/2 nodes are available: 1 Insufficient nvidia.com/gpu."));

        Assert.Equal(WaitKind.Room, why.Kind);
        Assert.Equal([("many", 3m, 2), ("few", 1m, 1)], why.Holders.Select(h => (h.Namespace, h.Amount, h.Workloads)));
        Assert.All(why.Holders, h => Assert.Equal((why.Bottleneck!.Key, 0m, null), (h.Key, h.Borrowed, h.Since)));
    }

    [Theory]
    [InlineData(2, 5, 4, 2)]
    [InlineData(4, 3, 0, 0)] // not even one for each
    public void For_RunOnSeveralNodes_OffersAsMuchOnEach(int pods, int free, int amount, int options)
    {
        var world = new WaitWorld().Project("own", "h100=16 a100=16", cohort: "").Runs("own", "a", 16 - free);
        var mine = world.Waits("own", "mine", 4, message: Short);
        mine["spec"]!["podSets"]![0]!["count"] = pods;

        var offered = WaitExplanation.For(world.Snapshot, mine, null).Options;

        Assert.Equal(amount, offered.Where(o => o.Kind == StartOptionKind.Smaller).Sum(o => o.Amount));
        Assert.Equal(options, offered.Where(o => o.Kind == StartOptionKind.Smaller).Sum(o => o.Pods));
        Assert.Equal(4, offered.Where(o => o.Kind == StartOptionKind.OtherPool).Select(o => o.Amount / o.Pods).SingleOrDefault());
    }

    [Fact]
    public void For_EnoughFreeButOthersFirst_IsPriorityAndPosition()
    {
        var world = new WaitWorld().Project("own", "h100=4", cohort: "");
        world.Waits("own", "older", 1, minutes: 20);
        world.Waits("own", "younger", 1, minutes: 1);
        world.Waits("own", "urgent", 2, priority: 100, minutes: 1);
        var mine = world.Waits("own", "mine", 2, minutes: 10);

        var why = WaitExplanation.For(world.Snapshot, mine, null);

        Assert.Equal((WaitKind.Priority, 3), (why.Kind, why.Position));
        Assert.Equal([2, 1], why.Ahead.Select(a => a.Amount));
        Assert.Empty(why.Options);
    }

    [Fact]
    public void For_TwoNamespacesOnOneClusterQueue_CountsThemBoth()
    {
        var world = new WaitWorld().Project("own", "h100=1", cohort: "").Project("guest", "h100=0", cohort: "");
        world.Snapshot.LocalQueues[1]["spec"]!["clusterQueue"] = "own";
        world.Waits("guest", "first", 1, minutes: 30);
        var mine = world.Waits("own", "mine", 1, minutes: 5);

        Assert.Equal(2, WaitExplanation.For(world.Snapshot, mine, null).Position);
    }

    [Fact]
    public void For_MoreThanThereIs_NeverFits()
    {
        var world = new WaitWorld().Project("own", "h100=4", cohort: "");

        Assert.Equal(WaitKind.NeverFits, WaitExplanation.For(world.Snapshot, world.Waits("own", "mine", 16), null).Kind);
    }

    [Fact]
    public void For_OtherPoolWithRoom_OffersIt()
    {
        var world = new WaitWorld().Project("own", "h100=2//0 a100=4//0").Runs("own", "a", 2);
        var mine = world.Waits("own", "mine", 2, message: Short);

        var why = WaitExplanation.For(world.Snapshot, mine, null);

        Assert.Contains(why.Options, o => o.Kind == StartOptionKind.OtherPool && o.Key.Flavor == "a100");
    }

    [Theory]
    [InlineData(4, 0, "", true)]
    [InlineData(4, 3, "", false)] // its node is full
    [InlineData(1, 0, "", false)] // its nodes are too small for one pod
    [InlineData(4, 0, """{"pool":"a100"}""", false)] // one before it waits for the same
    [InlineData(4, 0, """{"pool":"h100"}""", true)] // one before it cannot take it
    public void For_OtherPool_IsOfferedOnlyWhereItStarts(int gpus, int held, string ahead, bool offered)
    {
        var world = new WaitWorld().Project("own", "h100=2//0 a100=4//0").Flavor("h100", """{"pool":"h100"}""").Flavor("a100", """{"pool":"a100"}""")
            .Node("n1", 8, """{"pool":"h100"}""").Node("n2", gpus, """{"pool":"a100"}""", """[{"key":"gpu","value":"a100","effect":"NoSchedule"}]""")
            .Held("n2", held).Runs("own", "a", 2);
        if (ahead.Length > 0)
            world.Waits("own", "first", 3, minutes: 20, selector: ahead);
        var mine = world.Waits("own", "mine", 2, message: Short, selector: """{"pool":"h100"}""");

        Assert.Equal(offered, WaitExplanation.For(world.Snapshot, mine, null).Options.Any(o => o.Kind == StartOptionKind.OtherPool));
    }

    [Fact]
    public void For_QuotaButNoNodeWithEnoughTogether_IsFragmentation()
    {
        var world = new WaitWorld().Project("own", "h100=8", cohort: "").Node("n1", 4).Node("n2", 4).Held("n1", 2).Held("n2", 2);

        var why = WaitExplanation.For(world.Snapshot, world.Waits("own", "mine", 4), null);

        Assert.Equal((WaitKind.Fragmentation, 4, 2), (why.Kind, why.Nodes!.Free[WaitWorld.Gpu], why.Nodes.Largest[WaitWorld.Gpu]));
    }

    [Theory]
    [InlineData("topology \"racks\" allows to fit only 1 out of 2 pod(s)", "Pending", WaitKind.Topology)]
    [InlineData("ClusterQueue own is inactive", "Inadmissible", WaitKind.Queue)]
    [InlineData("", "Pending", WaitKind.Starting)]
    public void For_WhatKueueSays_IsItsKind(string message, string reason, WaitKind kind)
    {
        var world = new WaitWorld().Project("own", "h100=8", cohort: "");

        Assert.Equal(kind, WaitExplanation.For(world.Snapshot, world.Waits("own", "mine", 2, message: message, reason: reason), null).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("couldn't assign flavors to pod set main: flavor h100 doesn't match node affinity")]
    public void For_PoolWhoseNodesItMayNotUse_IsNoNode(string message)
    {
        var world = new WaitWorld().Project("own", "h100=8", cohort: "").Flavor("h100", """{"pool":"new"}""");

        Assert.Equal(WaitKind.NoNode, WaitExplanation.For(world.Snapshot, world.Waits("own", "mine", 2, message: message, selector: """{"pool":"old"}"""), null).Kind);
    }

    [Fact]
    public void For_TaintThatOnlyKueueSees_IsNoNode()
    {
        var world = new WaitWorld().Project("own", "h100=8", cohort: "");
        var mine = world.Waits("own", "mine", 2, message: "couldn't assign flavors to pod set main: untolerated taint {gpu h100 NoSchedule <nil>} in flavor h100");

        Assert.Equal(WaitKind.NoNode, WaitExplanation.For(world.Snapshot, mine, null).Kind);
    }

    [Fact]
    public void For_QueueThatIsNotThere_IsTheQueue() =>
        Assert.Equal(WaitKind.Queue, WaitExplanation.For(new WaitWorld().Snapshot, new WaitWorld().Waits("own", "mine", 2), null).Kind);

    [Fact]
    public void For_QuotaReservedAndNotAdmitted_IsACheck()
    {
        var workload = JsonNode.Parse("""{"metadata":{"name":"w","namespace":"own"},"status":{"conditions":[{"type":"QuotaReserved","status":"True"}]}}""")!.AsObject();

        Assert.Equal(WaitKind.AdmissionCheck, WaitExplanation.For(new WaitWorld().Snapshot, workload, null).Kind);
    }

    [Fact]
    public void For_UnplacedPod_TellsTheNodesApart()
    {
        const string Full = "0/2 nodes are available: 2 Insufficient nvidia.com/gpu.";
        var pod = WaitWorld.Unplaced(4, Full);
        WaitKind Of(WaitWorld world, JsonObject p) => WaitExplanation.For(world.Snapshot, null, p).Kind;

        Assert.Equal(WaitKind.Fragmentation, Of(new WaitWorld().Node("n1", 4).Node("n2", 4).Held("n1", 2).Held("n2", 2), pod));
        Assert.Equal(WaitKind.Room, Of(new WaitWorld().Node("n1", 4).Held("n1", 4), pod));
        Assert.Equal(WaitKind.NodePressure, Of(new WaitWorld().Node("n1", 4, conditions: ",{\"type\":\"DiskPressure\",\"status\":\"True\"}"), pod));
        Assert.Equal(WaitKind.NoNode, Of(new WaitWorld().Node("n1", 4, taints: """[{"key":"reserved","value":"risk","effect":"NoSchedule"}]"""), pod));
        // The scheduler may see what is not counted here.
        Assert.Equal(WaitKind.Room, Of(new WaitWorld().Node("n1", 4), pod));
        Assert.Equal(WaitKind.NoNode, Of(new WaitWorld().Node("n1", 4), WaitWorld.Unplaced(4, "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.")));
        Assert.Equal(WaitKind.NoNode, Of(new WaitWorld().Node("n1", 4), WaitWorld.Unplaced(4, Full, ""","nodeSelector":{"pool":"h100"} """)));
        Assert.Equal(WaitKind.Room, Of(new WaitWorld().Node("n1", 4, taints: """[{"key":"reserved","value":"risk","effect":"NoSchedule"}]"""),
            WaitWorld.Unplaced(4, Full, ""","tolerations":[{"key":"reserved","operator":"Exists"}] """)));
        Assert.Equal(WaitKind.Volume, Of(new WaitWorld().Node("n1", 4), WaitWorld.Unplaced(4, "0/1 nodes are available: 1 node(s) had volume node affinity conflict.")));
    }

    [Fact]
    public void For_NodesThatTakeNoMorePods_IsRoomAndSaysSo()
    {
        var world = new WaitWorld().Node("n1", 4).Held("n1", 0).Held("n1", 0);
        world.Snapshot.Nodes[0]["status"]!["allocatable"]!["pods"] = "2";

        var why = WaitExplanation.For(world.Snapshot, null, WaitWorld.Unplaced(2, "0/1 nodes are available: 1 Too many pods."));

        Assert.Equal((WaitKind.Room, "pods", 1m), (why.Kind, why.Bottleneck!.Key.Resource, why.Bottleneck.ShortBy));
        Assert.DoesNotContain(WaitExplanation.For(new WaitWorld().Node("n1", 4).Snapshot, null, WaitWorld.Unplaced(8, "")).Rows, r => r.Key.Resource == "pods");
        Assert.False(why.Nodes!.HasRoomFor(new Dictionary<string, decimal> { [WaitWorld.Gpu] = 1 }));
    }

    [Fact]
    public void For_GatedPodOfWhichTheQueueSaysNothing_IsNotAboutToStart()
    {
        var pod = WaitWorld.Unplaced(2, "");
        pod["status"]!["conditions"]![0]!["reason"] = "SchedulingGated";

        Assert.Equal(WaitKind.Other, WaitExplanation.For(new WaitWorld().Node("n1", 4).Snapshot, null, pod).Kind);
    }

    [Theory]
    [InlineData("ImagePullBackOff", WaitKind.Image)]
    [InlineData("ContainerCreating", WaitKind.Starting)]
    [InlineData("CreateContainerConfigError", WaitKind.Other)]
    public void For_PlacedPod_IsWhatItsContainerWaitsFor(string reason, WaitKind kind)
    {
        var pod = JsonNode.Parse($$"""
            {"spec":{"nodeName":"n1"},"status":{"phase":"Pending","containerStatuses":[{"name":"c","image":"i","state":{"waiting":{"reason":"{{reason}}"} } }]} }
            """)!.AsObject();

        Assert.Equal(kind, WaitExplanation.For(new WaitWorld().Snapshot, null, pod).Kind);
    }

    [Fact]
    public void Scene_OfAQueue_HoldsWhatRunsAndWhoIsAhead()
    {
        var world = new WaitWorld().Project("own", "h100=4", cohort: "").Runs("own", "a", 3, minutes: 30);
        world.Waits("own", "first", 2, minutes: 20);
        var mine = world.Waits("own", "mine", 2, minutes: 5, message: Short);

        var scene = WaitScenes.From(world.Snapshot, WaitExplanation.For(world.Snapshot, mine, null))!;

        Assert.Equal((2, 1), (scene.Needed, scene.Free));
        Assert.Equal([(3, 1800)], scene.Running);
        Assert.Equal([2], scene.Ahead);
    }

    [Fact]
    public void Scene_OfACohortThatKeepsPartForItself_HoldsOnlyWhatIsFreed()
    {
        // The other queue keeps two: of its three one was lent by others, and of what runs within its own nothing comes.
        var world = new WaitWorld().Project("own", "h100=4//2", reclaim: "Never").Project("other", "h100=4//2").Project("third", "h100=4//2")
            .Runs("own", "a", 7).Runs("other", "b", 3).Runs("third", "c", 2);
        var mine = world.Waits("own", "mine", 2, priority: 100, message: Short);

        var scene = WaitScenes.From(world.Snapshot, WaitExplanation.For(world.Snapshot, mine, null))!;

        Assert.Equal([7, 1], scene.Running.Select(r => r.Units));
        Assert.Equal(100, scene.Priority);
    }

    [Fact]
    public void Scene_OfWhatCanBeTakenBack_IsNotPlayed()
    {
        var world = new WaitWorld().Project("own", "h100=4").Project("other", "h100=4").Runs("other", "b", 8);
        var analysis = WaitExplanation.For(world.Snapshot, world.Waits("own", "mine", 2, message: Short), null);

        Assert.Equal(WaitKind.Reclaim, analysis.Kind);
        Assert.Null(WaitScenes.From(world.Snapshot, analysis));
    }

    [Fact]
    public void For_OthersOfTheCohortWaiting_CountsThoseOfTheSamePool()
    {
        var world = new WaitWorld().Project("own", "h100=2").Project("other", "h100=2").Project("apart", "h100=2", cohort: "").Project("elsewhere", "a100=2");
        world.Runs("own", "a", 2).Runs("other", "b", 2);
        foreach (var ns in (string[])["other", "apart", "elsewhere"])
            world.Waits(ns, "theirs", 1, message: Short);
        var mine = world.Waits("own", "mine", 1, message: Short);

        var why = WaitExplanation.For(world.Snapshot, mine, null);

        Assert.Equal((1, 1), (why.Position, why.Elsewhere));
    }

    [Theory]
    [InlineData("None", "True", 1)]
    [InlineData("Hold", "True", 0)]
    [InlineData("None", "False", 0)]
    public void For_OthersInAQueueThatLetsNothingStart_GoBeforeNobody(string stops, string active, int counted)
    {
        var world = new WaitWorld().Project("own", "h100=4").Project("frozen", "h100=4").Runs("own", "a", 8);
        world.Snapshot.ClusterQueues[1]["spec"]!["stopPolicy"] = stops;
        world.Snapshot.ClusterQueues[1]["status"] = JsonNode.Parse($$"""{"conditions":[{"type":"Active","status":"{{active}}"}]}""");
        world.Waits("frozen", "theirs", 2, minutes: 30, message: Short);
        var mine = world.Waits("own", "mine", 2, message: Short);

        var why = WaitExplanation.For(world.Snapshot, mine, null);

        Assert.Equal((counted, counted), (why.Elsewhere, why.Before.Count));
        Assert.Equal(counted > 0, WaitScenes.Rivals(world.Snapshot, why)!.Contains("frozen"));
    }

    [Fact]
    public void Bottleneck_OfSeveralShort_IsTheShortestInItsNearestPool()
    {
        var (cpu, memory) = (Row("", "cpu", 16, 1), Row("", "memory", 64, 63));
        var (far, near, enough) = (Row("h100", WaitWorld.Gpu, 4, 0), Row("a100", WaitWorld.Gpu, 4, 3), Row("l4", WaitWorld.Gpu, 4, 4));

        Assert.Same(cpu, Of(memory, cpu).Bottleneck);
        Assert.Same(near, Of(cpu, far, near).Bottleneck);
        Assert.Same(cpu, Of(far, enough, cpu).Bottleneck);
        Assert.Same(enough, Of(enough, Row("", "cpu", 16, 16)).Bottleneck);

        static WaitAnalysis Of(params WaitRow[] rows) => new(WaitKind.Quota, rows);
        static WaitRow Row(string flavor, string resource, decimal needed, decimal free) => new(new ResourceKey(flavor, resource), needed, free, 100, 0, 0);
    }

    [Fact]
    public void Scene_OnNodesOfWhichEachHasOneOfTwo_DecidesNothing()
    {
        var rows = new[] { new ResourceKey("", "cpu"), new ResourceKey("", "memory") }.Select(k => new WaitRow(k, 4, 4, 8, 0, 0)).ToList();

        Assert.Null(WaitScenes.OnNodes(new WaitAnalysis(WaitKind.Fragmentation, rows), [], WaitWorld.Now, WaitWorld.Now));
    }

    [Fact]
    public void Scene_OnFullNodes_HoldsWhatStaysThereAndWhoCameBefore()
    {
        var world = new WaitWorld().Node("n1", 4).Held("n1", 3);
        var analysis = WaitExplanation.For(world.Snapshot, null, WaitWorld.Unplaced(2, "0/1 nodes are available: 1 Insufficient nvidia.com/gpu."));
        PoolStay[] others =
        [
            new() { Accelerators = 3, QueuedAt = WaitWorld.Now.AddHours(-1), StartedAt = WaitWorld.Now.AddMinutes(-30) },
            new() { Accelerators = 1, QueuedAt = WaitWorld.Now.AddMinutes(-9) }, new() { Accelerators = 4, QueuedAt = WaitWorld.Now.AddMinutes(-1) },
        ];

        var scene = WaitScenes.OnNodes(analysis, others, WaitWorld.Now.AddMinutes(-5), WaitWorld.Now)!;

        Assert.Equal((WaitKind.Room, 2, 1), (analysis.Kind, scene.Needed, scene.Free));
        Assert.Equal([(3, 1800)], scene.Running);
        Assert.Equal([1], scene.Ahead);
    }
}

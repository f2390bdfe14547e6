using System.Text.Json.Nodes;
using Portal.LocalCluster.Kueue;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Tests.Kueue;

public class AdmissionCycleTests
{
    private static readonly FlavorResource Gpu = new("h100", "nvidia.com/gpu");
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private int _age;

    [Fact]
    public void Decide_NotEnoughUnused_SaysHowMuchMoreIsNeeded()
    {
        QuotaNode quota = Quota(8);
        quota.Take(Gpu, 6);

        AdmissionDecision decision = Assert.Single(Decide(Queue(quota, Workload("a", 6))));

        Assert.Equal("couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor h100, 4 more needed", decision.Message);
    }

    [Fact]
    public void Decide_MoreThanTheQueueEverHas_NamesTheMaximum()
    {
        AdmissionDecision decision = Assert.Single(Decide(Queue(Quota(8), Workload("a", 12))));

        Assert.Equal(
            "couldn't assign flavors to pod set main: insufficient quota for nvidia.com/gpu in flavor h100, "
            + "previously considered podsets requests (0) + current podset request (12) > maximum capacity (8)",
            decision.Message);
    }

    [Fact]
    public void Decide_ResourceNotCovered_NamesIt()
    {
        AdmissionDecision decision = Assert.Single(Decide(Queue(Quota(8), Workload("a", 1, resource: "amd.com/gpu"))));

        Assert.Equal("couldn't assign flavors to pod set main: resource amd.com/gpu unavailable in ClusterQueue", decision.Message);
    }

    [Fact]
    public void Decide_Fits_AssignsFlavorAndUsage()
    {
        AdmissionDecision decision = Assert.Single(Decide(Queue(Quota(8), Workload("a", 2, count: 3))));

        Assert.True(decision.Admitted);
        PodSetAssignment set = Assert.Single(decision.Assignments);
        Assert.Equal("h100", set.Flavors["nvidia.com/gpu"]);
        Assert.Equal(6, set.Usage.Of("nvidia.com/gpu"));
    }

    [Fact]
    public void Decide_BestEffort_LetsASmallerOnePass()
    {
        IReadOnlyList<AdmissionDecision> decisions = Decide(Queue(Quota(8), Workload("big", 12), Workload("small", 2)));

        Assert.Equal(["small"], Admitted(decisions));
    }

    [Fact]
    public void Decide_StrictFifo_HeadBlocksTheLine()
    {
        QueueState queue = Queue(Quota(8), Workload("big", 12), Workload("small", 2)) with { Strict = true };

        IReadOnlyList<AdmissionDecision> decisions = Decide(queue);

        Assert.Empty(Admitted(decisions));
        Assert.Contains("big", decisions.Single(decision => decision.Workload.Key == "small").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decide_HigherPriority_GoesBeforeOlder()
    {
        IReadOnlyList<AdmissionDecision> decisions = Decide(Queue(Quota(8), Workload("old", 8), Workload("urgent", 8) with { Priority = 10 }));

        Assert.Equal(["urgent"], Admitted(decisions));
    }

    [Fact]
    public void Decide_SecondFlavorHasRoom_IsTaken()
    {
        FlavorResource other = new("a100", "nvidia.com/gpu");
        QuotaNode quota = new("q", new Dictionary<FlavorResource, FlavorQuota> { [Gpu] = new(2), [other] = new(8) });
        QueueState queue = Queue(quota, Workload("a", 4)) with { Groups = [new ResourceGroup(["nvidia.com/gpu"], ["h100", "a100"])] };

        Assert.Equal("a100", Assert.Single(Decide(queue)).Assignments[0].Flavors["nvidia.com/gpu"]);
    }

    [Fact]
    public void Decide_LabelThatAnotherFlavorOfTheGroupSets_RulesOutTheOneWithout()
    {
        FlavorResource other = new("a100", "nvidia.com/gpu");
        QuotaNode quota = new("q", new Dictionary<FlavorResource, FlavorQuota> { [Gpu] = new(8), [other] = new(8) });
        PendingWorkload asks = Workload("a", 4);
        asks = asks with { PodSets = [asks.PodSets[0] with { Demand = asks.PodSets[0].Demand with { NodeSelector = [new("model", "a100"), new("zone", "z")] } }] };
        QueueState queue = Queue(quota, asks) with { Groups = [new ResourceGroup(["nvidia.com/gpu"], ["h100", "a100"])] };
        Dictionary<string, Flavor> flavors = new()
        {
            ["h100"] = Flavor("h100"),
            ["a100"] = Flavor("a100") with { NodeLabels = new Dictionary<string, string> { ["model"] = "a100" } },
        };

        Assert.Equal("a100", Assert.Single(AdmissionCycle.Decide([queue], flavors)).Assignments[0].Flavors["nvidia.com/gpu"]);
    }

    [Fact]
    public void Decide_FlavorMissing_NamesIt()
    {
        QueueState queue = Queue(Quota(8), Workload("a", 1)) with { Groups = [new ResourceGroup(["nvidia.com/gpu"], ["gone"])] };

        Assert.Equal("couldn't assign flavors to pod set main: flavor gone not found", Assert.Single(Decide(queue)).Message);
    }

    [Fact]
    public void Decide_WithinOwnQuota_GoesBeforeABorrower()
    {
        QuotaNode cohort = new("pool", new Dictionary<FlavorResource, FlavorQuota>());
        QueueState borrower = Queue(Quota(0, cohort, "borrower"), Workload("borrows", 8));
        QueueState owner = Queue(Quota(8, cohort, "owner"), Workload("owns", 8));

        Assert.Equal(["owns"], Admitted(Decide(borrower, owner)));
    }

    [Fact]
    public void Decide_BorrowingLimit_Caps()
    {
        QuotaNode cohort = new("pool", new Dictionary<FlavorResource, FlavorQuota>());
        _ = Quota(8, cohort, "lender");
        QuotaNode borrower = new("borrower", new Dictionary<FlavorResource, FlavorQuota> { [Gpu] = new(2, BorrowingLimit: 3) }, cohort);

        Assert.Equal(["five"], Admitted(Decide(Queue(borrower, Workload("six", 6), Workload("five", 5)))));
        Assert.Equal(3, borrower.Borrowed(Gpu));
    }

    [Fact]
    public void Decide_LendingLimit_KeepsTheRestBack()
    {
        QuotaNode cohort = new("pool", new Dictionary<FlavorResource, FlavorQuota>());
        QuotaNode lender = new("lender", new Dictionary<FlavorResource, FlavorQuota> { [Gpu] = new(8, LendingLimit: 6) }, cohort);
        QueueState borrower = Queue(Quota(0, cohort, "borrower"), Workload("seven", 7), Workload("six", 6));

        Assert.Equal(["six"], Admitted(Decide(borrower)));
        Assert.Equal(2, lender.Available(Gpu));
    }

    private string[] Admitted(IEnumerable<AdmissionDecision> decisions) => [.. decisions.Where(decision => decision.Admitted).Select(decision => decision.Workload.Key)];

    private static IReadOnlyList<AdmissionDecision> Decide(params QueueState[] queues) =>
        AdmissionCycle.Decide(queues, new Dictionary<string, Flavor> { ["h100"] = Flavor("h100"), ["a100"] = Flavor("a100") });

    private static Flavor Flavor(string name) => new(name, new Dictionary<string, string>(), [], []);

    private static QuotaNode Quota(decimal nominal, QuotaNode? cohort = null, string name = "q") =>
        new(name, new Dictionary<FlavorResource, FlavorQuota> { [Gpu] = new(nominal) }, cohort);

    private static QueueState Queue(QuotaNode quota, params PendingWorkload[] pending) =>
        new(quota.Name, quota, [new ResourceGroup(["nvidia.com/gpu"], ["h100"])], Strict: false, pending);

    private PendingWorkload Workload(string key, int devices, int count = 1, string resource = "nvidia.com/gpu")
    {
        JsonObject spec = new()
        {
            ["containers"] = new JsonArray(new JsonObject { ["resources"] = new JsonObject { ["requests"] = new JsonObject { [resource] = $"{devices}" } } }),
        };
        return new PendingWorkload(key, 0, Start.AddSeconds(_age++), [new PodSet("main", count, PodDemand.From(spec))]);
    }
}

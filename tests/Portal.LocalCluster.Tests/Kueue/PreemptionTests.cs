using System.Text.Json.Nodes;
using Portal.LocalCluster.Kueue;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Tests.Kueue;

public class PreemptionTests
{
    private static readonly FlavorResource Gpu = new("h100", "nvidia.com/gpu");
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private int _age;

    [Fact]
    public void OwnQueue_LowerPriority_GoesAndAsFewAsPossible()
    {
        QuotaNode quota = Quota(8, null, "q");
        ReservedWorkload[] reserved = [Reserved("small", quota, 1, 2), Reserved("large", quota, 1, 6)];
        QueueState queue = Queue(quota, new PreemptionPolicy("LowerPriority"), Wants("urgent", 6, 10));

        AdmissionDecision decision = Assert.Single(Decide(reserved, queue));

        Assert.Equal(["large InClusterQueue"], Targets(decision));
        Assert.EndsWith("6 more needed. Pending the preemption of 1 workload(s)", decision.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Never", 10, false)]
    [InlineData("LowerPriority", 1, false)]
    [InlineData("LowerOrNewerEqualPriority", 0, false)]
    [InlineData("LowerPriority", 2, true)]
    public void OwnQueue_Policy_SaysWhoMayGo(string policy, long priority, bool goes)
    {
        QuotaNode quota = Quota(8, null, "q");
        ReservedWorkload[] reserved = [Reserved("running", quota, 1, 8)];
        Assert.Equal(goes, Assert.Single(Decide(reserved, Queue(quota, new PreemptionPolicy(policy), Wants("next", 8, priority)))).Targets.Count > 0);
    }

    [Fact]
    public void OwnQueue_NewerOfEqualPriority_GoesForAnOlderOne()
    {
        QuotaNode quota = Quota(8, null, "q");
        PendingWorkload older = Wants("older", 8, 1);
        ReservedWorkload[] reserved = [Reserved("newer", quota, 1, 8)];
        Assert.Equal(["newer InClusterQueue"], Targets(Assert.Single(Decide(reserved, Queue(quota, new PreemptionPolicy("LowerOrNewerEqualPriority"), older)))));
    }

    [Fact]
    public void Cohort_OwnerReclaims_FromBorrowersOnlyAndTheLatestFirst()
    {
        QuotaNode cohort = new("pool", new Dictionary<FlavorResource, FlavorQuota>());
        (QuotaNode owner, QuotaNode borrower, QuotaNode honest) = (Quota(4, cohort, "owner"), Quota(2, cohort, "borrower"), Quota(2, cohort, "honest"));
        ReservedWorkload[] reserved =
        [
            Reserved("own-share", borrower, 100, 2), Reserved("borrowed-early", borrower, 100, 2), Reserved("borrowed-late", borrower, 100, 2), Reserved("within", honest, 0, 2),
        ];

        AdmissionDecision decision = Assert.Single(Decide(reserved, Queue(owner, new PreemptionPolicy(Reclaim: "Any"), Wants("mine", 2, 0))));

        Assert.Equal(["borrowed-late InCohortReclamation"], Targets(decision));
    }

    [Fact]
    public void Cohort_ReclaimOfLowerPriority_LeavesTheHigher()
    {
        QuotaNode cohort = new("pool", new Dictionary<FlavorResource, FlavorQuota>());
        (QuotaNode owner, QuotaNode borrower) = (Quota(4, cohort, "owner"), Quota(0, cohort, "borrower"));
        ReservedWorkload[] reserved = [Reserved("high", borrower, 100, 4)];
        Assert.Empty(Assert.Single(Decide(reserved, Queue(owner, new PreemptionPolicy(Reclaim: "LowerPriority"), Wants("mine", 4, 50)))).Targets);
        Assert.NotEmpty(Assert.Single(Decide(reserved, Queue(owner, new PreemptionPolicy(Reclaim: "LowerPriority"), Wants("mine", 4, 101)))).Targets);
    }

    [Fact]
    public void Cohort_WhoeverWouldBorrow_DrivesNobodyOut()
    {
        QuotaNode cohort = new("pool", new Dictionary<FlavorResource, FlavorQuota>());
        (QuotaNode greedy, QuotaNode borrower, _) = (Quota(2, cohort, "greedy"), Quota(2, cohort, "borrower"), Quota(4, cohort, "lender"));
        ReservedWorkload[] reserved = [Reserved("a", borrower, 0, 2), Reserved("b", borrower, 0, 6)];
        Assert.Empty(Assert.Single(Decide(reserved, Queue(greedy, new PreemptionPolicy(Reclaim: "Any"), Wants("four", 4, 100)))).Targets);
    }

    [Fact]
    public void Cohort_BorrowWithinIt_DrivesOutLowerPriorities()
    {
        QuotaNode cohort = new("pool", new Dictionary<FlavorResource, FlavorQuota>());
        (QuotaNode greedy, QuotaNode borrower, _) = (Quota(2, cohort, "greedy"), Quota(2, cohort, "borrower"), Quota(4, cohort, "lender"));
        ReservedWorkload[] reserved = [Reserved("a", borrower, 0, 2), Reserved("b", borrower, 0, 6)];
        AdmissionDecision decision = Assert.Single(Decide(reserved, Queue(greedy, new PreemptionPolicy(Reclaim: "Any", BorrowBelow: 50), Wants("four", 4, 100))));
        Assert.Equal(["b InCohortReclaimWhileBorrowing"], Targets(decision));
    }

    [Fact]
    public void CohortsOfCohorts_OwnerReclaims_NotFromATeamWithinItsQuota()
    {
        QuotaNode bank = new("bank", new Dictionary<FlavorResource, FlavorQuota>());
        (QuotaNode red, QuotaNode blue) = (Cohort("red", bank), Cohort("blue", bank));
        (QuotaNode redBorrower, _) = (Quota(4, red, "q1"), Quota(4, red, "q2"));
        (QuotaNode owner, QuotaNode blueBorrower) = (Quota(4, blue, "q3"), Quota(4, blue, "q4"));
        // By its age and priority, what the other team took from its own would go first.
        ReservedWorkload[] reserved =
        [
            Reserved("blue-own", blueBorrower, 50, 4), Reserved("blue-borrowed", blueBorrower, 50, 4),
            Reserved("red-own", redBorrower, 0, 4), Reserved("red-borrowed", redBorrower, 0, 4),
        ];

        AdmissionDecision decision = Assert.Single(Decide(reserved, Queue(owner, new PreemptionPolicy(Reclaim: "Any"), Wants("mine", 4, 0))));

        Assert.Equal(["blue-borrowed InCohortReclamation"], Targets(decision));
    }

    [Fact]
    public void CohortsOfCohorts_TeamOverItsQuota_GivesBackToTheOther()
    {
        QuotaNode bank = new("bank", new Dictionary<FlavorResource, FlavorQuota>());
        (QuotaNode red, QuotaNode blue) = (Cohort("red", bank), Cohort("blue", bank));
        (QuotaNode owner, QuotaNode borrower) = (Quota(4, blue, "owner"), Quota(4, red, "borrower"));
        ReservedWorkload[] reserved = [Reserved("own", borrower, 0, 4), Reserved("borrowed", borrower, 0, 4)];

        AdmissionDecision decision = Assert.Single(Decide(reserved, Queue(owner, new PreemptionPolicy(Reclaim: "Any"), Wants("mine", 4, 0))));

        Assert.Equal(["borrowed InCohortReclamation"], Targets(decision));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(0, 3)]
    public void CohortsOfCohorts_QueueOfATeamWithinItsQuota_ReclaimsWhatTheOtherTeamBorrowed(int used, int asked)
    {
        QuotaNode bank = new("bank", new Dictionary<FlavorResource, FlavorQuota>());
        (QuotaNode red, QuotaNode blue) = (Cohort("red", bank), Cohort("blue", bank));
        (QuotaNode busy, _, QuotaNode borrower) = (Quota(2, red, "busy"), Quota(2, red, "idle"), Quota(2, blue, "borrower"));
        List<ReservedWorkload> reserved = [Reserved("blue-own", borrower, 100, 2), Reserved("blue-borrowed", borrower, 100, 2)];
        if (used > 0) reserved.Add(Reserved("red-own", busy, 0, used));

        AdmissionDecision decision = Assert.Single(Decide([.. reserved], Queue(busy, new PreemptionPolicy(Reclaim: "Any"), Wants("mine", asked, 0))));

        Assert.Equal(["blue-borrowed InCohortReclamation"], Targets(decision));
    }

    [Fact]
    public void CohortsOfCohorts_QueueOfATeamOverItsQuota_ReclaimsNothing()
    {
        QuotaNode bank = new("bank", new Dictionary<FlavorResource, FlavorQuota>());
        (QuotaNode red, QuotaNode blue) = (Cohort("red", bank), Cohort("blue", bank));
        (QuotaNode busy, QuotaNode borrower, _) = (Quota(2, red, "busy"), Quota(2, blue, "borrower"), Quota(2, bank, "idle"));
        ReservedWorkload[] reserved = [Reserved("red-own", busy, 0, 2), Reserved("blue-own", borrower, 0, 2), Reserved("blue-borrowed", borrower, 0, 2)];

        Assert.Empty(Assert.Single(Decide(reserved, Queue(busy, new PreemptionPolicy(Reclaim: "Any"), Wants("mine", 2, 100)))).Targets);
    }

    [Fact]
    public void Target_ThatIsGoingAlready_IsCountedBeforeAnyOther()
    {
        QuotaNode quota = Quota(4, null, "q");
        ReservedWorkload[] reserved = [Reserved("stays", quota, 0, 2), Reserved("going", quota, 0, 2) with { Evicted = true }];
        Assert.Equal(["going InClusterQueue"], Targets(Assert.Single(Decide(reserved, Queue(quota, new PreemptionPolicy("LowerPriority"), Wants("urgent", 2, 10))))));
    }

    [Fact]
    public void Freed_ForOne_IsNotGivenToTheNext()
    {
        QuotaNode quota = Quota(4, null, "q");
        ReservedWorkload[] reserved = [Reserved("running", quota, 0, 4)];

        IReadOnlyList<AdmissionDecision> decisions = Decide(reserved, Queue(quota, new PreemptionPolicy("LowerPriority"), Wants("urgent", 4, 10), Wants("small", 1, 0)));

        Assert.NotEmpty(decisions.Single(decision => decision.Workload.Key == "urgent").Targets);
        Assert.False(decisions.Single(decision => decision.Workload.Key == "small").Admitted);
    }

    private static string[] Targets(AdmissionDecision decision) => [.. decision.Targets.Select(target => $"{target.Workload.Key} {target.Reason}")];

    private static IReadOnlyList<AdmissionDecision> Decide(ReservedWorkload[] reserved, params QueueState[] queues) =>
        AdmissionCycle.Decide(queues, new Dictionary<string, Flavor> { ["h100"] = new("h100", new Dictionary<string, string>(), [], []) }, reserved);

    private static QuotaNode Quota(decimal nominal, QuotaNode? cohort, string name) =>
        new(name, new Dictionary<FlavorResource, FlavorQuota> { [Gpu] = new(nominal) }, cohort);

    private static QuotaNode Cohort(string name, QuotaNode parent) => new(name, new Dictionary<FlavorResource, FlavorQuota>(), parent);

    private ReservedWorkload Reserved(string key, QuotaNode queue, long priority, decimal amount)
    {
        DateTimeOffset at = Start.AddSeconds(_age++);
        queue.Take(Gpu, amount);
        return new ReservedWorkload(key, queue, priority, at, at, Evicted: false, new Dictionary<FlavorResource, decimal> { [Gpu] = amount });
    }

    private static QueueState Queue(QuotaNode quota, PreemptionPolicy policy, params PendingWorkload[] pending) =>
        new(quota.Name, quota, [new ResourceGroup(["nvidia.com/gpu"], ["h100"])], Strict: false, pending) { Preemption = policy };

    private PendingWorkload Wants(string key, int devices, long priority)
    {
        JsonObject spec = new()
        {
            ["containers"] = new JsonArray(new JsonObject { ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["nvidia.com/gpu"] = $"{devices}" } } }),
        };
        return new PendingWorkload(key, priority, Start.AddSeconds(_age++), [new PodSet("main", 1, PodDemand.From(spec))]);
    }
}

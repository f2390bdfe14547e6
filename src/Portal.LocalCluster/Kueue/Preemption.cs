namespace Portal.LocalCluster.Kueue;

/// <summary>A workload that holds quota, as preemption sees it.</summary>
public sealed record ReservedWorkload(
    string Key, QuotaNode Queue, long Priority, DateTimeOffset Created, DateTimeOffset Reserved, bool Evicted, IReadOnlyDictionary<FlavorResource, decimal> Usage);

/// <summary>A ClusterQueue's spec.preemption, with Kueue's words.</summary>
/// <param name="WithinQueue">Never, LowerPriority or LowerOrNewerEqualPriority.</param>
/// <param name="Reclaim">Never, LowerPriority or Any: of those in the cohort that borrow.</param>
/// <param name="BorrowBelow">Whoever has a lower priority may be preempted even to borrow; null when that is never so.</param>
public sealed record PreemptionPolicy(string WithinQueue = "Never", string Reclaim = "Never", long? BorrowBelow = null);

/// <summary>Who has to go, and Kueue's reason for it.</summary>
public sealed record PreemptionTarget(ReservedWorkload Workload, string Reason);

/// <summary>
/// Whom a workload that does not fit may drive out: as few as possible, borrowers of the cohort before workloads of the own
/// queue, lower priorities first, the latest admitted first. The steps are Kueue's classical preemption
/// (pkg/scheduler/preemption); whoever belongs to a cohort that is within its own quota borrows nothing from those outside it.
/// </summary>
public static class Preemption
{
    public const string InQueue = "InClusterQueue";
    public const string Reclaimed = "InCohortReclamation";
    public const string ReclaimedWhileBorrowing = "InCohortReclaimWhileBorrowing";

    private enum Right
    {
        /// <summary>A subtree with the preemptor in it was granted what it asks for; others took of that.</summary>
        Reclaims,

        /// <summary>Of lower priority than one that may borrow by driving it out.</summary>
        Outranks,

        /// <summary>Only for as long as the preemptor stays within its queue's own quota.</summary>
        ReclaimsWithoutBorrowing,
        SameQueue,
    }

    /// <returns>Empty when no preemption makes it fit.</returns>
    public static IReadOnlyList<PreemptionTarget> Find(AdmissionDecision wanted, QueueState queue, IReadOnlyList<ReservedWorkload> reserved)
    {
        Dictionary<FlavorResource, decimal> usage = UsageOf(wanted);
        HashSet<FlavorResource> scarce = [.. usage.Where(use => use.Value > queue.Quota.Available(use.Key)).Select(use => use.Key)];
        HashSet<QuotaNode> entitled = Entitled(queue.Quota, usage);
        List<Candidate> candidates = [.. reserved.Select(one => CandidateOf(one, wanted.Workload, queue, scarce, entitled)).OfType<Candidate>().OrderBy(one => one.Workload.Evicted ? 0 : 1)
            .ThenBy(one => one.Right switch { Right.Reclaims => 0, Right.SameQueue => 2, _ => 1 })
            .ThenBy(one => one.Workload.Priority).ThenByDescending(one => one.Workload.Reserved).ThenBy(one => one.Workload.Key, StringComparer.Ordinal)];
        Attempt attempt = new(queue.Quota, usage, scarce);
        bool underNominal = scarce.All(at => queue.Quota.Usage(at) < queue.Quota.Nominal(at));
        bool othersMayBeOutranked = queue.Preemption.BorrowBelow is not null;
        // Not to flap: whoever drives out borrowers without a right to what they hold may not borrow by it.
        bool[] borrowing = candidates.TrueForAll(one => one.Right == Right.SameQueue) || (!othersMayBeOutranked && !underNominal) ? [true]
            : !othersMayBeOutranked && !candidates.Exists(one => one.Right == Right.Reclaims) ? [false, true]
            : [true, false];
        return borrowing.Select(may => attempt.Run(candidates, may)).FirstOrDefault(found => found.Count > 0) ?? [];
    }

    public static Dictionary<FlavorResource, decimal> UsageOf(AdmissionDecision decision) => decision.Assignments
        .SelectMany(set => set.Usage.Select(pair => (At: new FlavorResource(set.Flavors[pair.Key], pair.Key), Amount: pair.Value)))
        .GroupBy(use => use.At).ToDictionary(uses => uses.Key, uses => uses.Sum(use => use.Amount));

    /// <summary>The cohorts above a queue whose members it may reclaim from: those above a subtree that was granted what it asks for.</summary>
    private static HashSet<QuotaNode> Entitled(QuotaNode queue, Dictionary<FlavorResource, decimal> usage)
    {
        HashSet<QuotaNode> entitled = [];
        bool granted = false;
        Dictionary<FlavorResource, decimal> rest = new(usage);
        for (QuotaNode node = queue; node.Parent is not null; node = node.Parent)
        {
            granted |= rest.All(use => node.Grants(use.Key, use.Value));
            if (granted) entitled.Add(node.Parent);
            foreach ((FlavorResource at, decimal amount) in rest.ToList()) rest[at] = Math.Max(0, amount - node.KeptUnused(at));
        }
        return entitled;
    }

    private static Candidate? CandidateOf(ReservedWorkload one, PendingWorkload preemptor, QueueState queue, HashSet<FlavorResource> scarce, HashSet<QuotaNode> entitled)
    {
        if (!one.Usage.Keys.Any(scarce.Contains)) return null;
        bool lower = one.Priority < preemptor.Priority;
        if (one.Queue == queue.Quota)
        {
            bool goes = queue.Preemption.WithinQueue switch
            {
                "LowerPriority" => lower,
                "LowerOrNewerEqualPriority" => lower || (one.Priority == preemptor.Priority && preemptor.Created < one.Created),
                _ => false,
            };
            return goes ? new Candidate(one, Right.SameQueue) : null;
        }
        if (queue.Quota.Parent is null || one.Queue.Root != queue.Quota.Root || !Borrows(one.Queue, queue.Quota, scarce)) return null;
        if (!(queue.Preemption.Reclaim switch { "Any" => true, "LowerPriority" => lower, _ => false })) return null;
        QuotaNode shared = queue.Quota.Parent;
        while (!one.Queue.IsBelow(shared)) shared = shared.Parent!;
        return new Candidate(one, entitled.Contains(shared) ? Right.Reclaims : lower && one.Priority < queue.Preemption.BorrowBelow ? Right.Outranks : Right.ReclaimsWithoutBorrowing);
    }

    // At every height below the cohort that the two share: a subtree within its quota owes those outside it nothing.
    private static bool Borrows(QuotaNode queue, QuotaNode from, HashSet<FlavorResource> scarce)
    {
        for (QuotaNode? node = queue; node is not null && !from.IsBelow(node); node = node.Parent)
        {
            if (!scarce.Any(node.IsOverQuota)) return false;
        }
        return true;
    }

    private sealed record Candidate(ReservedWorkload Workload, Right Right);

    private sealed class Attempt(QuotaNode queue, Dictionary<FlavorResource, decimal> usage, HashSet<FlavorResource> scarce)
    {
        public IReadOnlyList<PreemptionTarget> Run(List<Candidate> candidates, bool mayBorrow)
        {
            List<PreemptionTarget> targets = [];
            bool fits = false;
            foreach ((ReservedWorkload one, Right right) in candidates)
            {
                if (right != Right.SameQueue && !Borrows(one.Queue, queue, scarce)) continue;
                if (right == Right.ReclaimsWithoutBorrowing && mayBorrow) continue;
                Remove(one);
                targets.Add(new PreemptionTarget(one, right switch { Right.SameQueue => InQueue, Right.Outranks => ReclaimedWhileBorrowing, _ => Reclaimed }));
                if (fits = Fits(mayBorrow)) break;
            }
            if (fits) SpareWhomWeCan(targets, mayBorrow);
            foreach (PreemptionTarget target in targets) Put(target.Workload);
            return fits ? targets : [];
        }

        /// <summary>In the opposite order: whoever may stay after all, stays.</summary>
        private void SpareWhomWeCan(List<PreemptionTarget> targets, bool mayBorrow)
        {
            for (int i = targets.Count - 2; i >= 0; i--)
            {
                Put(targets[i].Workload);
                if (Fits(mayBorrow)) targets.RemoveAt(i);
                else Remove(targets[i].Workload);
            }
        }

        private bool Fits(bool mayBorrow) =>
            usage.All(use => use.Value <= queue.Available(use.Key) && (mayBorrow || queue.Usage(use.Key) + use.Value <= queue.Nominal(use.Key)));

        private static void Remove(ReservedWorkload one)
        {
            foreach ((FlavorResource at, decimal amount) in one.Usage) one.Queue.Give(at, amount);
        }

        private static void Put(ReservedWorkload one)
        {
            foreach ((FlavorResource at, decimal amount) in one.Usage) one.Queue.Take(at, amount);
        }
    }
}

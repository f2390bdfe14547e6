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

    /// <returns>Empty when no preemption makes it fit.</returns>
    public static IReadOnlyList<PreemptionTarget> Find(AdmissionDecision wanted, QueueState queue, IReadOnlyList<ReservedWorkload> reserved)
    {
        Dictionary<FlavorResource, decimal> usage = UsageOf(wanted);
        HashSet<FlavorResource> scarce = [.. usage.Where(use => use.Value > queue.Quota.Available(use.Key)).Select(use => use.Key)];
        List<ReservedWorkload> candidates = [.. reserved.Where(one => IsCandidate(one, wanted.Workload, queue, scarce)).OrderBy(one => one.Evicted ? 0 : 1)
            .ThenBy(one => one.Queue == queue.Quota ? 1 : 0).ThenBy(one => one.Priority).ThenByDescending(one => one.Reserved).ThenBy(one => one.Key, StringComparer.Ordinal)];
        List<ReservedWorkload> own = [.. candidates.Where(one => one.Queue == queue.Quota)];
        Attempt attempt = new(queue.Quota, usage, scarce);
        if (own.Count == candidates.Count) return attempt.Run(own, mayBorrow: true);
        bool underNominal = scarce.All(at => queue.Quota.Usage(at) < queue.Quota.Nominal(at));
        if (queue.Preemption.BorrowBelow is { } ceiling)
        {
            long below = Math.Min(ceiling, wanted.Workload.Priority);
            if (!underNominal) candidates.RemoveAll(one => one.Queue != queue.Quota && one.Priority >= below);
            return attempt.Run(candidates, mayBorrow: true, below);
        }
        // Not to flap: whoever drives out borrowers may not borrow by it.
        IReadOnlyList<PreemptionTarget> found = underNominal ? attempt.Run(candidates, mayBorrow: false) : [];
        return found.Count > 0 ? found : attempt.Run(own, mayBorrow: true);
    }

    public static Dictionary<FlavorResource, decimal> UsageOf(AdmissionDecision decision) => decision.Assignments
        .SelectMany(set => set.Usage.Select(pair => (At: new FlavorResource(set.Flavors[pair.Key], pair.Key), Amount: pair.Value)))
        .GroupBy(use => use.At).ToDictionary(uses => uses.Key, uses => uses.Sum(use => use.Amount));

    private static bool IsCandidate(ReservedWorkload one, PendingWorkload preemptor, QueueState queue, HashSet<FlavorResource> scarce)
    {
        if (!one.Usage.Keys.Any(scarce.Contains)) return false;
        bool lower = one.Priority < preemptor.Priority;
        if (one.Queue == queue.Quota)
        {
            return queue.Preemption.WithinQueue switch
            {
                "LowerPriority" => lower,
                "LowerOrNewerEqualPriority" => lower || (one.Priority == preemptor.Priority && preemptor.Created < one.Created),
                _ => false,
            };
        }
        return queue.Quota.Parent is not null && one.Queue.Root == queue.Quota.Root && Borrows(one.Queue, queue.Quota, scarce)
            && queue.Preemption.Reclaim switch { "Any" => true, "LowerPriority" => lower, _ => false };
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

    private sealed class Attempt(QuotaNode queue, Dictionary<FlavorResource, decimal> usage, HashSet<FlavorResource> scarce)
    {
        public IReadOnlyList<PreemptionTarget> Run(List<ReservedWorkload> candidates, bool mayBorrow, long? borrowBelow = null)
        {
            List<PreemptionTarget> targets = [];
            bool fits = false;
            foreach (ReservedWorkload one in candidates)
            {
                if (one.Queue != queue && !Borrows(one.Queue, queue, scarce)) continue;
                string reason = one.Queue == queue ? InQueue : Reclaimed;
                if (one.Queue != queue && borrowBelow is { } below)
                {
                    if (one.Priority >= below) mayBorrow = false;
                    else reason = ReclaimedWhileBorrowing;
                }
                Remove(one);
                targets.Add(new PreemptionTarget(one, reason));
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

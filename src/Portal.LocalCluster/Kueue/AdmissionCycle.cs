namespace Portal.LocalCluster.Kueue;

/// <summary>
/// Decides who is admitted, on a snapshot: values in, values out. As in Kueue, each cycle looks at the head of every queue,
/// those within their own quota first, then by priority, then by age. In a StrictFIFO queue a head that does not fit blocks
/// those behind it; in a BestEffortFIFO queue it steps aside. One that may drive out others keeps what they free for itself.
/// </summary>
public static class AdmissionCycle
{
    public static IReadOnlyList<AdmissionDecision> Decide(
        IReadOnlyCollection<QueueState> queues, IReadOnlyDictionary<string, Flavor> flavors, IReadOnlyCollection<ReservedWorkload>? reserved = null)
    {
        List<ReservedWorkload> holding = [.. reserved ?? []];
        Dictionary<string, Queue<PendingWorkload>> lines = queues.ToDictionary(queue => queue.Name, InOrder, StringComparer.Ordinal);
        List<AdmissionDecision> decisions = [];
        while (true)
        {
            var heads = queues
                .Where(queue => lines[queue.Name].Count > 0)
                .Select(queue => (Queue: queue, Workload: lines[queue.Name].Peek()))
                .OrderBy(head => FlavorAssignment.Borrows(FlavorAssignment.Find(head.Workload, head.Queue, flavors), head.Queue))
                .ThenByDescending(head => head.Workload.Priority)
                .ThenBy(head => head.Workload.Created)
                .ThenBy(head => head.Workload.Key, StringComparer.Ordinal)
                .ToList();
            if (heads.Count == 0) return decisions;
            foreach ((QueueState queue, PendingWorkload workload) in heads)
            {
                lines[queue.Name].Dequeue();
                AdmissionDecision decision = FlavorAssignment.Find(workload, queue, flavors);
                if (decision.NeedsPreemption) decision = Preempting(decision, queue, holding);
                decisions.Add(decision);
                if (decision.Admitted || decision.Targets.Count > 0) Take(queue, decision);
                else if (queue.Strict) Block(queue, workload, lines[queue.Name], decisions);
            }
        }
    }

    private static Queue<PendingWorkload> InOrder(QueueState queue) => new(queue.Pending
        .OrderByDescending(workload => workload.Priority)
        .ThenBy(workload => workload.Created)
        .ThenBy(workload => workload.Key, StringComparer.Ordinal));

    private static AdmissionDecision Preempting(AdmissionDecision decision, QueueState queue, List<ReservedWorkload> holding)
    {
        IReadOnlyList<PreemptionTarget> targets = Preemption.Find(decision, queue, holding);
        if (targets.Count == 0) return decision;
        foreach (ReservedWorkload target in targets.Select(target => target.Workload))
        {
            holding.Remove(target);
            foreach ((FlavorResource at, decimal amount) in target.Usage) target.Queue.Give(at, amount);
        }
        return decision with { Targets = targets, Message = FormattableString.Invariant($"{decision.Message}. Pending the preemption of {targets.Count} workload(s)") };
    }

    private static void Take(QueueState queue, AdmissionDecision decision)
    {
        foreach ((FlavorResource at, decimal amount) in Preemption.UsageOf(decision)) queue.Quota.Take(at, amount);
    }

    private static void Block(QueueState queue, PendingWorkload head, Queue<PendingWorkload> line, List<AdmissionDecision> decisions)
    {
        while (line.TryDequeue(out PendingWorkload? behind))
            decisions.Add(new AdmissionDecision(queue.Name, behind, [], $"waiting for workload {head.Key}, the head of StrictFIFO ClusterQueue {queue.Name}"));
    }
}

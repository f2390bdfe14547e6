using static Portal.Core.Health.Causes.EvidenceSource;
using static Portal.Core.Workloads.WorkloadState;

namespace Portal.Core.Health.Causes;

/// <summary>
/// What Kueue says of a workload without quota. Its reason is <c>Pending</c> or <c>Inadmissible</c> unless a feature gate is on
/// (UnadmittedWorkloadsObservability), so most has to be read from the message. Wording: Kueue 0.19.
/// </summary>
internal static class QueueRules
{
    public static readonly CauseRule[] All =
    [
        new(Queue, "", "quota.preempting", Pending, "Pending the preemption of"),
        new(Queue, "WaitingForPreemptedWorkloads", "quota.preempting", Pending),
        new(Queue, "", "quota.waiting", Pending,
            "insufficient unused quota for (?<resource>\\S+) in flavor (?<flavor>[^,\\s]+), (?<short>\\S+) more needed"),
        new(Queue, "", "quota.never_fits", Attention, "insufficient quota for (?<resource>\\S+) .*maximum capacity \\((?<capacity>[^)]+)\\)"),
        new(Queue, "", "quota.not_granted", Attention, "unavailable in ClusterQueue"),
        new(Queue, "", "quota.no_flavor", Attention, "flavor (?<object>\\S+) not found"),
        new(Queue, "", "quota.no_queue", Attention, "doesn't exist|inactive"),
        new(Queue, "", "quota.stopped", Pending, "is stopped|StopPolicy"),
        new(Queue, "", "quota.topology", Pending, "topology \"?[^\"]+\"? (doesn't allow|allows) to fit|topology .*not found"),
        new(Queue, "TopologyPlacementFailed", "quota.topology", Pending),
        new(Queue, "", "quota.taints", Attention, "untolerated taint|doesn't match node affinity"),
        new(Queue, "NoMatchingFlavor", "quota.taints", Attention),
        new(Queue, "Misconfigured", "quota.no_queue", Attention),
        new(Queue, "Suspended", "quota.stopped", Pending),

        new(Evicted, "Preempted", "quota.preempted", Pending),
        new(Evicted, "PodsReadyTimeout", "quota.pods_ready_timeout", Pending),
        new(Evicted, "AdmissionCheck", "quota.check_rejected", Pending, "(?<check>[\\w.-]+) *: "),
        new(Evicted, "ClusterQueueStopped|LocalQueueStopped", "quota.stopped", Pending),
        new(Evicted, "NodeFailures", "pod.node_lost", Pending, "nodes?:? \"?(?<node>[\\w.-]+)"),
        new(Evicted, "Deactivated|DeactivatedDueToAdmissionCheck|DeactivatedDueToRequeuingLimitExceeded|MaximumExecutionTimeExceeded", "quota.deactivated", Attention),
    ];
}

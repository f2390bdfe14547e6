using static Portal.Core.Health.Causes.EvidenceSource;
using static Portal.Core.Workloads.WorkloadState;

namespace Portal.Core.Health.Causes;

/// <summary>
/// What the scheduler says of a pod that it cannot place. It counts nodes by reason in one sentence; what can end by itself
/// (room) is named before what cannot.
/// </summary>
internal static class PlacementRules
{
    private const string Reason = "Unschedulable";

    public static readonly CauseRule[] All =
    [
        new(Scheduling, "SchedulingGated", "quota.queued", Pending),
        new(Scheduling, Reason, "pod.volume_missing", Pending, "persistentvolumeclaim \"(?<claim>[^\"]+)\" (not found|is being deleted)"),
        new(Scheduling, Reason, "pod.volume_unbound", Pending, "unbound immediate PersistentVolumeClaims|didn't find available persistent volumes"),
        new(Scheduling, Reason, "pod.no_room", Pending, "Insufficient (?<resource>[\\w./-]+\\w)"),
        new(Scheduling, Reason, "pod.no_room", Pending, "Too many (?<resource>pods)"),
        new(Scheduling, Reason, "pod.volume_elsewhere", Pending, "volume node affinity conflict|no available volume zone"),
        new(Scheduling, Reason, "pod.topology", Pending, "topology spread constraints|pod (anti-)?affinity"),
        new(Scheduling, Reason, "pod.node_pressure", Pending, "untolerated taint \\{node\\.kubernetes\\.io/(?<taint>(disk|memory|pid)-pressure)"),
        new(Scheduling, Reason, "pod.nodes_down", Pending, "untolerated taint \\{node\\.kubernetes\\.io/(?<taint>not-ready|unreachable|unschedulable|network-unavailable)"),
        new(Scheduling, Reason, "pod.nodes_down", Pending, "node\\(s\\) were (?<taint>unschedulable)"),
        new(Scheduling, Reason, "pod.taint", Pending, "untolerated taint(\\(s\\))? \\{(?<taint>[^}]+)\\}"),
        new(Scheduling, Reason, "pod.taint", Pending, "had (?<taint>untolerated taint)"),
        new(Scheduling, Reason, "pod.no_node", Pending),
    ];
}

using System.Text.RegularExpressions;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>ClusterQueues and LocalQueues: active, held on purpose, or broken and by what. Pure.</summary>
public static partial class QueueObjectHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        if (Condition.Find(facts.Object, "Active") is not { } active)
        {
            return facts.Now - facts.CreatedAt > Patience.Limit
                ? new WorkloadStatus(WorkloadState.Attention, "object.no_news").With("minutes", facts.MinutesSince(facts.CreatedAt))
                : new WorkloadStatus(WorkloadState.Pending, "project.queue_pending");
        }
        if (active.IsTrue)
            return new(WorkloadState.Running);
        return active.Reason switch
        {
            "Stopped" or "LocalQueueStopped" => new(WorkloadState.Stopped, "quota.stopped", active.Message),
            "FlavorNotFound" => new WorkloadStatus(WorkloadState.Attention, "quota.no_flavor", active.Message).With("object", Named(active)),
            "TopologyNotFound" or "AdmissionCheckNotFound" =>
                new WorkloadStatus(WorkloadState.Attention, "quota.no_object", active.Message).With("object", Named(active)),
            "ClusterQueueDoesNotExist" or "ClusterQueueIsInactive" => new(WorkloadState.Attention, "quota.no_queue", active.Message),
            "Terminating" => new(WorkloadState.Stopping, "object.deleting", active.Message),
            _ => new(WorkloadState.Attention, "project.queue_inactive", active.Message),
        };
    }

    private static string Named(Condition active) =>
        Missing().Match(active.Message) is { Success: true } match ? match.Groups["name"].Value : active.Reason.Replace("NotFound", "", StringComparison.Ordinal);

    // "Can't admit new workloads: references missing ResourceFlavor(s): h100."
    [GeneratedRegex(@"missing (ResourceFlavor\(s\): )?(?<name>.+?)\.?$", RegexOptions.ExplicitCapture, 10000)]
    private static partial Regex Missing();
}

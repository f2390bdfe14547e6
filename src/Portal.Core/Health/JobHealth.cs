using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>A batch/v1 Job with its pods. Pure.</summary>
public static class JobHealth
{
    /// <summary>Why a Job has failed that ran into its <c>activeDeadlineSeconds</c>.</summary>
    public const string PastLimit = "DeadlineExceeded";

    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        var job = facts.Object;
        if (Condition.Find(job, "Complete") is { IsTrue: true })
            return new(WorkloadState.Succeeded);
        // Since 1.31 FailureTarget says so before the last pod is gone.
        if (Condition.Find(job, "Failed") is { IsTrue: true } failed || (failed = Condition.Find(job, "FailureTarget")) is { IsTrue: true })
            return Failed(facts, failed!);
        if (facts.Queued is { } queued)
            return facts.Timely(queued);
        if (job.Text("spec", "suspend") == "true" || Condition.Find(job, "Suspended") is { IsTrue: true })
            return facts.Timely(new WorkloadStatus(WorkloadState.Pending, "training.suspended"));
        return facts.Timely(PodsHealth.Worst(facts.Pods) is { } pods ? Going(pods)
            : ClusterEvents.Cause(facts.Events) ?? new WorkloadStatus(WorkloadState.Starting, "pod.creating"));
    }

    /// <summary>The end of the first of several Jobs that ran into its limit, or null. What made them says only that they failed.</summary>
    public static Condition? FirstPastLimit(IEnumerable<JsonObject> jobs) =>
        jobs.Select(j => Condition.Find(j, "Failed")).FirstOrDefault(c => c is { IsTrue: true, Reason: PastLimit });

    internal static WorkloadStatus? OfJobs(KindFacts facts) => FirstPastLimit(facts.Jobs) is { } limit
        ? new(WorkloadState.Failed, "pod.time_limit", limit.Message) : null;

    private static WorkloadStatus Failed(KindFacts facts, Condition failed) => failed.Reason == PastLimit
        ? new(WorkloadState.Failed, "pod.time_limit", failed.Message)
        : PodsHealth.Failure(facts.Pods) ?? new WorkloadStatus(WorkloadState.Failed, "training.failed", failed.Message);

    // A pod that has ended is tried again or makes the Job end: the Job says which.
    private static WorkloadStatus Going(WorkloadStatus pods) => pods.State switch
    {
        WorkloadState.Failed => pods with { State = WorkloadState.Attention },
        WorkloadState.Succeeded => new(WorkloadState.Running, "training.finishing"),
        _ => pods,
    };
}

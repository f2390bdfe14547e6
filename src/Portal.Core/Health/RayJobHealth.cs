using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>A RayJob (ray.io/v1): the state of its cluster and, once that stands, of the job in it. Pure.</summary>
public static class RayJobHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        var job = facts.Object;
        var message = job.Text("status", "message") ?? "";
        switch (job.Text("status", "jobDeploymentStatus"))
        {
            case "Complete":
                return job.Text("status", "jobStatus") == "STOPPED" ? new(WorkloadState.Stopped, "training.stopped", message) : new(WorkloadState.Succeeded);
            case "Failed":
                return Failed(facts, message);
            case "ValidationFailed":
                return new(WorkloadState.Failed, "cluster.invalid", message);
            case "Suspended" or "Suspending":
                return facts.Timely(facts.Queued ?? new WorkloadStatus(WorkloadState.Pending, "training.suspended"));
            case "Retrying":
                return new(WorkloadState.Starting, "training.restarting", message);
        }
        if (facts.Queued is { } queued)
            return facts.Timely(queued);
        if (PodsHealth.Trouble(facts.Pods) is { } trouble)
            return trouble.State == WorkloadState.Failed ? trouble with { State = WorkloadState.Attention } : trouble;
        return job.Text("status", "jobStatus") is "RUNNING" ? new(WorkloadState.Running)
            : facts.Timely(PodsHealth.Worst(facts.Pods) is { State: WorkloadState.Starting } starting ? starting
                : ClusterEvents.Cause(facts.Events) ?? new WorkloadStatus(WorkloadState.Starting, "pod.creating"));
    }

    private static WorkloadStatus Failed(KindFacts facts, string message) => facts.Object.Text("status", "reason") switch
    {
        "DeadlineExceeded" => new(WorkloadState.Failed, "pod.time_limit", message),
        "ValidationFailed" => new(WorkloadState.Failed, "cluster.invalid", message),
        _ => PodsHealth.Failure(facts.Pods) ?? new WorkloadStatus(WorkloadState.Failed, "training.failed", message),
    };
}

using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>A TrainJob (trainer.kubeflow.org/v1alpha1). It has no condition Running: jobsStatus and the pods tell. Pure.</summary>
public static class TrainJobHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        if (Condition.Find(facts.Object, "Complete") is { IsTrue: true })
            return new(WorkloadState.Succeeded);
        if (Condition.Find(facts.Object, "Failed") is { IsTrue: true } failed)
            return Failed(facts, failed);
        if (facts.Queued is { } queued)
            return facts.Timely(queued);
        if (Condition.Find(facts.Object, "Suspended") is { IsTrue: true })
            return facts.Timely(new WorkloadStatus(WorkloadState.Pending, "training.suspended"));
        if (PodsHealth.Worst(facts.Pods) is { } pods)
            return facts.Timely(pods.State == WorkloadState.Failed ? pods with { State = WorkloadState.Attention } : pods);
        var active = facts.Object.Items("status", "jobsStatus").Sum(j => int.TryParse(j.Text("ready"), out var n) ? n : 0);
        return active > 0 ? new(WorkloadState.Running)
            : facts.Timely(ClusterEvents.Cause(facts.Events) ?? new WorkloadStatus(WorkloadState.Starting, "pod.creating"));
    }

    private static WorkloadStatus Failed(KindFacts facts, Condition failed) => failed.Reason switch
    {
        "TrainingRuntimeNotSupported" => new(WorkloadState.Failed, "training.runtime_missing", failed.Message),
        JobHealth.PastLimit => new(WorkloadState.Failed, "pod.time_limit", failed.Message),
        _ => JobHealth.OfJobs(facts) ?? PodsHealth.Failure(facts.Pods) ?? new WorkloadStatus(WorkloadState.Failed, "training.failed", failed.Message),
    };
}

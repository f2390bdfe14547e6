using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>A JobSet (jobset.x-k8s.io/v1alpha2): several Jobs that start, fail and restart together. Pure.</summary>
public static class JobSetHealth
{
    /// <summary>Label on each of its Jobs and pods: its name.</summary>
    public const string NameLabel = "jobset.sigs.k8s.io/jobset-name";

    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        if (Condition.Find(facts.Object, "Completed") is { IsTrue: true })
            return new(WorkloadState.Succeeded);
        if (Condition.Find(facts.Object, "Failed") is { IsTrue: true } failed)
            return JobHealth.OfJobs(facts) ?? PodsHealth.Failure(facts.Pods) ?? new WorkloadStatus(WorkloadState.Failed, "training.failed", failed.Message);
        if (facts.Queued is { } queued)
            return facts.Timely(queued);
        if (Condition.Find(facts.Object, "Suspended") is { IsTrue: true } || facts.Object.Text("spec", "suspend") == "true")
            return facts.Timely(new WorkloadStatus(WorkloadState.Pending, "training.suspended"));
        if (PodsHealth.Trouble(facts.Pods) is { } trouble)
            return trouble.State == WorkloadState.Failed ? trouble with { State = WorkloadState.Attention } : trouble;
        if (PodsHealth.Worst(facts.Pods) is { State: WorkloadState.Running } && facts.Number("status", "restarts") > 0)
            return new(WorkloadState.Running, "training.restarting");
        return facts.Timely(PodsHealth.Worst(facts.Pods) ?? ClusterEvents.Cause(facts.Events) ?? new WorkloadStatus(WorkloadState.Starting, "pod.creating"));
    }
}

using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>A PyTorchJob (kubeflow.org/v1) of the older training operator. Pure.</summary>
public static class PyTorchJobHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        if (Holds(facts, "Succeeded"))
            return new(WorkloadState.Succeeded);
        if (Condition.Find(facts.Object, "Failed") is { IsTrue: true } failed)
        {
            return failed.Message.Contains("active longer than specified deadline", StringComparison.Ordinal)
                ? new(WorkloadState.Failed, "pod.time_limit", failed.Message)
                : PodsHealth.Failure(facts.Pods) ?? new WorkloadStatus(WorkloadState.Failed, "training.failed", failed.Message);
        }
        if (facts.Queued is { } queued)
            return facts.Timely(queued);
        if (Holds(facts, "Suspended"))
            return facts.Timely(new WorkloadStatus(WorkloadState.Pending, "training.suspended"));
        if (PodsHealth.Trouble(facts.Pods) is { } trouble)
            return trouble.State == WorkloadState.Failed ? trouble with { State = WorkloadState.Attention } : trouble;
        if (Condition.Find(facts.Object, "Restarting") is { IsTrue: true } restarting)
            return new(WorkloadState.Starting, "training.restarting", restarting.Message);
        if (Holds(facts, "Running") && PodsHealth.Worst(facts.Pods)?.State is null or WorkloadState.Running or WorkloadState.Succeeded)
            return new(WorkloadState.Running);
        return facts.Timely(PodsHealth.Worst(facts.Pods) ?? ClusterEvents.Cause(facts.Events) ?? new WorkloadStatus(WorkloadState.Starting, "pod.creating"));
    }

    private static bool Holds(KindFacts facts, string type) => Condition.Find(facts.Object, type) is { IsTrue: true };
}

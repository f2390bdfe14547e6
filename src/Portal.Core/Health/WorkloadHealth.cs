using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>Kueue's Workload from its making to its end; while it waits <see cref="QueueHealth"/> says why. Pure.</summary>
public static class WorkloadHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        if (Condition.Find(facts.Object, "Finished") is { IsTrue: true } finished)
        {
            return finished.Reason is "Failed" or "OutOfSync" or "OwnerNotFound"
                ? new(WorkloadState.Failed, "training.failed", finished.Message) : new WorkloadStatus(WorkloadState.Succeeded);
        }
        if (QueueHealth.From(facts.Object) is { } waits)
            return facts.Timely(waits);
        // Set only where Kueue waits for pods.
        return Condition.Find(facts.Object, "PodsReady") is { IsFalse: true } ready
            ? (facts with { Workload = facts.Object }).Timely(new WorkloadStatus(WorkloadState.Starting, "pod.starting", ready.Message)) : new(WorkloadState.Running);
    }
}

using Portal.Core.Cluster;
using Portal.Core.Health.Causes;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>
/// Deployments and StatefulSets: so many copies wanted, so many ready. What its pods say is believed before what its conditions
/// say: a copy may be counted as ready between two crashes. Pure.
/// </summary>
public static class RolloutHealth
{
    /// <summary>The verdict on a Deployment.</summary>
    public static WorkloadStatus OfDeployment(KindFacts facts)
    {
        var wanted = Wanted(facts);
        if (Common(facts, wanted) is { } known)
            return known;
        if (Condition.Find(facts.Object, "ReplicaFailure") is { IsTrue: true } refused)
            return CauseMatcher.Match(EvidenceSource.Answer, "", refused.Message) ?? new WorkloadStatus(WorkloadState.Attention, "pod.refused", refused.Message);
        var ready = facts.Number("status", "readyReplicas");
        if (Condition.Find(facts.Object, "Progressing") is { IsFalse: true, Reason: "ProgressDeadlineExceeded" } stuck)
            return new WorkloadStatus(WorkloadState.Attention, "rollout.stuck", stuck.Message);
        var current = facts.Number("status", "updatedReplicas") >= wanted && Seen(facts);
        if (current && ready >= wanted)
            return new(WorkloadState.Running);
        return Short(facts, ready, wanted, isNew: !current || Condition.Find(facts.Object, "Available") is not { IsTrue: true });
    }

    /// <summary>The verdict on a StatefulSet.</summary>
    public static WorkloadStatus OfStatefulSet(KindFacts facts)
    {
        var wanted = Wanted(facts);
        if (Common(facts, wanted) is { } known)
            return known;
        var ready = facts.Number("status", "readyReplicas");
        var current = Seen(facts) && facts.Object.Text("status", "updateRevision") == facts.Object.Text("status", "currentRevision");
        return current && ready >= wanted ? new(WorkloadState.Running) : Short(facts, ready, wanted, isNew: true);
    }

    private static WorkloadStatus? Common(KindFacts facts, int wanted)
    {
        if (wanted == 0)
            return facts.Number("status", "replicas") > 0 ? new(WorkloadState.Stopping) : new(WorkloadState.Stopped);
        if (facts.Queued is { } queued)
            return facts.Timely(queued);
        if (PodsHealth.Trouble(facts.Pods) is not { } trouble)
            return null;
        return trouble.State == WorkloadState.Failed ? trouble with { State = WorkloadState.Attention } : trouble;
    }

    private static WorkloadStatus Short(KindFacts facts, int ready, int wanted, bool isNew)
    {
        // Those that are going may be all that there is, while no other can be made.
        if (ready == 0 && facts.Pods.All(p => p.IsGoing()))
        {
            return facts.Timely(ClusterEvents.Cause(facts.Events)
                ?? new WorkloadStatus(WorkloadState.Starting, facts.Pods.Count > 0 ? "pod.replacing" : "pod.creating"));
        }
        var status = isNew
            ? new WorkloadStatus(ready > 0 ? WorkloadState.Running : WorkloadState.Starting, "rollout.progressing")
            : new WorkloadStatus(WorkloadState.Attention, "rollout.degraded");
        var pods = PodsHealth.Worst(facts.Pods);
        return ready == 0 && pods is { State: WorkloadState.Starting } ? facts.Timely(pods) : status.With("ready", ready).With("wanted", wanted);
    }

    private static int Wanted(KindFacts facts) => facts.Object.At("spec", "replicas") is null ? 1 : facts.Number("spec", "replicas");

    private static bool Seen(KindFacts facts) => facts.Number("status", "observedGeneration") >= facts.Number("metadata", "generation");
}

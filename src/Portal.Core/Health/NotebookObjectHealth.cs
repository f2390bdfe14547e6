using Portal.Core.Cluster;
using Portal.Core.Health.Causes;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>Kubeflow's Notebook. Its status repeats that of its pod, and is believed only where the pod itself is not seen. Pure.</summary>
public static class NotebookObjectHealth
{
    /// <summary>Any value of this annotation means no replicas.</summary>
    public const string StoppedAnnotation = "kubeflow-resource-stopped";

    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        var ready = facts.Number("status", "readyReplicas");
        if (facts.Object.At("metadata", "annotations", StoppedAnnotation) is not null)
            return ready > 0 || facts.Pods.Count > 0 ? new(WorkloadState.Stopping) : new(WorkloadState.Stopped);
        if (facts.Queued is { } queued)
            return facts.Timely(queued);
        if (PodsHealth.Worst(facts.Pods) is { } pod)
            return facts.Timely(pod.State is WorkloadState.Failed or WorkloadState.Succeeded ? pod with { State = WorkloadState.Attention } : pod);
        var container = facts.Object.At("status", "containerState");
        if (CauseMatcher.Match(EvidenceSource.ContainerWaits, container.Text("waiting", "reason"), container.Text("waiting", "message")) is { } waits)
            return waits.With("image", facts.Object.Items("spec", "template", "spec", "containers").FirstOrDefault().Text("image"));
        if (CauseMatcher.Match(EvidenceSource.Terminated, container.Text("terminated", "reason"), container.Text("terminated", "message")) is { } ended)
            return ended with { State = WorkloadState.Attention };
        if (Condition.Find(facts.Object, "PodScheduled") is { IsFalse: true } unplaced
            && CauseMatcher.Match(EvidenceSource.Scheduling, unplaced.Reason, unplaced.Message) is { } placing)
        {
            return placing;
        }
        if (ready > 0 && container.At("running") is not null)
            return new(WorkloadState.Running);
        return facts.Timely(ClusterEvents.Cause(facts.Events)
            ?? new WorkloadStatus(WorkloadState.Starting, container.At("running") is null ? "pod.creating" : "pod.not_ready"));
    }
}

using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>What the pods of one object say together. Pure.</summary>
public static class PodsHealth
{
    // Worst first: what asks for somebody, then what has ended badly, then what waits.
    private static readonly WorkloadState[] Order =
        [WorkloadState.Attention, WorkloadState.Failed, WorkloadState.Pending, WorkloadState.Starting, WorkloadState.Running, WorkloadState.Succeeded];

    /// <summary>The pods that an object owns, selects or has made through other objects, newest first.</summary>
    public static IReadOnlyList<JsonObject> Of(JsonObject owner, IEnumerable<JsonObject> pods)
    {
        var uid = owner.Text("metadata", "uid");
        var selector = owner.At("spec", "selector", "matchLabels") as JsonObject;
        var mark = Mark(owner);
        return [.. pods.Where(p => p.Items("metadata", "ownerReferences").Any(o => uid is not null && o.Text("uid") == uid)
                || (selector is { Count: > 0 } && selector.All(l => p.Text("metadata", "labels", l.Key) == l.Value?.ToString()))
                || (mark is var (label, value) && value is not null && p.Text("metadata", "labels", label) == value))
            .OrderByDescending(p => p.Text("metadata", "creationTimestamp"), StringComparer.Ordinal)];
    }

    // Pods of these belong to a StatefulSet, a ReplicaSet, a Job, a RayCluster or a TaskRun; their operators mark them with a label.
    private static (string Label, string? Value)? Mark(JsonObject owner) => owner.Text("kind") switch
    {
        "Notebook" => ("notebook-name", owner.Name()),
        // A TrainJob's JobSet has its name.
        "JobSet" or "TrainJob" => (JobSetHealth.NameLabel, owner.Name()),
        "RayJob" => ("ray.io/cluster", owner.Text("status", "rayClusterName")),
        "InferenceService" => ("serving.kserve.io/inferenceservice", owner.Name()),
        "PipelineRun" => ("tekton.dev/pipelineRun", owner.Name()),
        _ => null,
    };

    /// <summary>The worst verdict of those that are not going, or null when there are none.</summary>
    public static WorkloadStatus? Worst(IEnumerable<JsonObject> pods) => pods.Where(p => !p.IsGoing()).Select(PodHealth.From)
        .MinBy(s => Array.IndexOf(Order, s.State) is >= 0 and var i ? i : Order.Length);

    /// <summary>The worst verdict when it says that something is wrong, else null.</summary>
    public static WorkloadStatus? Trouble(IEnumerable<JsonObject> pods) => Worst(pods) is { } worst
        && worst.State is WorkloadState.Attention or WorkloadState.Failed or WorkloadState.Pending && worst.Reason.Length > 0 ? worst : null;

    /// <summary>Why something failed, from its pods, as a final verdict; null when no pod tells.</summary>
    public static WorkloadStatus? Failure(IEnumerable<JsonObject> pods) =>
        Worst(pods) is { State: WorkloadState.Attention or WorkloadState.Failed } worst ? worst with { State = WorkloadState.Failed } : null;
}

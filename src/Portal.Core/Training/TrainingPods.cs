using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Training;

/// <summary>The pods of a run on several nodes. Pure.</summary>
public static class TrainingPods
{
    // Whatever made the pods writes which of them one is; Ray's own pods are told apart by what they do.
    private static readonly string[] IndexLabels = ["batch.kubernetes.io/job-completion-index", "training.kubeflow.org/replica-index"];

    /// <summary>The pod that speaks for the run: the first node, or the one that runs the program; of several tries the newest.</summary>
    /// <param name="newestFirst">The run's pods, newest first.</param>
    public static JsonObject? Leader(IReadOnlyList<JsonObject> newestFirst) =>
        newestFirst.FirstOrDefault(IsLeader) ?? (newestFirst.Count > 0 ? newestFirst[0] : null);

    private static bool IsLeader(JsonObject pod) =>
        IndexLabels.All(label => pod.Text("metadata", "labels", label) is null or "0")
        && pod.Text("metadata", "labels", "ray.io/node-type") is null;
}

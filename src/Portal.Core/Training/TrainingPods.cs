using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Training;

/// <summary>The pods of a run on several nodes. Pure.</summary>
public static class TrainingPods
{
    // Whatever made the pods writes which of them one is; Ray's own pods are told apart by what they do.
    private static readonly string[] IndexLabels = ["batch.kubernetes.io/job-completion-index", "training.kubeflow.org/replica-index"];

    private const string JobLabel = "batch.kubernetes.io/job-name";

    /// <summary>The pod that speaks for the run: the first node, or the one that runs the program; of several tries the newest.</summary>
    /// <param name="newestFirst">The run's pods, newest first.</param>
    public static JsonObject? Leader(IReadOnlyList<JsonObject> newestFirst) =>
        newestFirst.FirstOrDefault(IsLeader) ?? (newestFirst.Count > 0 ? newestFirst[0] : null);

    /// <summary>The newest pod of each of its nodes: those before it were tries that are over.</summary>
    /// <param name="newestFirst">The run's pods, newest first.</param>
    public static IReadOnlyList<JsonObject> LastTry(IReadOnlyList<JsonObject> newestFirst) =>
        [.. newestFirst.DistinctBy(p => p.Text("metadata", "labels", JobLabel) is { } job
            ? job + "/" + (p.Text("metadata", "labels", IndexLabels[0]) ?? p.Text("metadata", "annotations", IndexLabels[0])) : p.Name())];

    private static bool IsLeader(JsonObject pod) =>
        IndexLabels.All(label => pod.Text("metadata", "labels", label) is null or "0")
        && pod.Text("metadata", "labels", "ray.io/node-type") is null;
}

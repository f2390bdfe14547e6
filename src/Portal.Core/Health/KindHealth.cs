using System.Collections.Frozen;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>The state of any object of a known kind, in the portal's words. Pure: one function for each kind, no kind is special.</summary>
public static class KindHealth
{
    private static readonly FrozenDictionary<string, Func<KindFacts, WorkloadStatus>> Functions = new Dictionary<string, Func<KindFacts, WorkloadStatus>>
    {
        ["Namespace"] = NamespaceHealth.From,
        ["Pod"] = f => (f with { Pods = [f.Object] }).Timely(PodHealth.IsGated(f.Object) && f.Queued is { } queued ? queued : PodHealth.From(f.Object)),
        ["Job"] = JobHealth.From,
        ["JobSet"] = JobSetHealth.From,
        ["StatefulSet"] = RolloutHealth.OfStatefulSet,
        ["Deployment"] = RolloutHealth.OfDeployment,
        ["PersistentVolumeClaim"] = ClaimHealth.From,
        ["ObjectBucketClaim"] = BucketClaimHealth.From,
        ["Workload"] = WorkloadHealth.From,
        ["ClusterQueue"] = QueueObjectHealth.From,
        ["LocalQueue"] = QueueObjectHealth.From,
        ["Notebook"] = NotebookObjectHealth.From,
        ["TrainJob"] = TrainJobHealth.From,
        ["PyTorchJob"] = PyTorchJobHealth.From,
        ["RayJob"] = RayJobHealth.From,
        ["InferenceService"] = InferenceServiceHealth.From,
        ["PipelineRun"] = PipelineRunHealth.From,
        ["KafkaTopic"] = KafkaHealth.From,
        ["KafkaUser"] = KafkaHealth.From,
        ["Application"] = ApplicationHealth.From,
        ["HTTPRoute"] = RouteHealth.OfHttpRoute,
        ["Ingress"] = RouteHealth.OfIngress,
        ["Route"] = RouteHealth.OfRoute,
        ["Certificate"] = CertificateHealth.From,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // These have verdicts of their own on being deleted.
    private static readonly FrozenSet<string> Own = new[] { "Namespace", "Pod" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The kinds that have a function.</summary>
    public static IEnumerable<string> Kinds => Functions.Keys;

    /// <summary>The verdict, or null for a kind without one.</summary>
    public static WorkloadStatus? From(KindFacts facts)
    {
        var kind = facts.Object.Text("kind") ?? "";
        if (!Functions.TryGetValue(kind, out var function))
            return null;
        if (facts.Object.IsGoing() && (!Own.Contains(kind) || kind == "Pod"))
            return Going(facts);
        return Spoken(function(facts), facts);
    }

    private static WorkloadStatus Going(KindFacts facts)
    {
        var since = facts.Time("metadata", "deletionTimestamp") ?? facts.Now;
        if (facts.Now - since <= Patience.Limit)
            return new(WorkloadState.Stopping, "object.deleting");
        if (facts.Object.Items("metadata", "finalizers").FirstOrDefault()?.ToString() is { } finalizer)
        {
            return new WorkloadStatus(WorkloadState.Attention, "object.finalizer_stuck")
                .With("minutes", facts.MinutesSince(since)).With("finalizer", finalizer);
        }
        if (facts.Object.Text("kind") == "Pod" && PodHealth.From(facts.Object) is { Reason: "pod.node_lost" } lost)
            return lost;
        return new WorkloadStatus(WorkloadState.Attention, "pod.slow_stop").With("minutes", facts.MinutesSince(since));
    }

    // A controller that has not written a word into the status for minutes does not run.
    private static WorkloadStatus Spoken(WorkloadStatus status, KindFacts facts) =>
        status.State is WorkloadState.Pending && status.Reason is "" or "route.pending" or "certificate.issuing" or "serving.deploying"
            && facts.Object.At("status") is null && facts.Now - facts.CreatedAt > Patience.Limit
            ? new WorkloadStatus(WorkloadState.Attention, "object.no_news").With("minutes", facts.MinutesSince(facts.CreatedAt))
            : status;
}

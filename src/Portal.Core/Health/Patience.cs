using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>What is known of something that shall start.</summary>
/// <param name="Controller">The object that makes its pods, or null.</param>
/// <param name="Workload">Kueue's Workload of it, or null.</param>
/// <param name="Pod">Its newest pod, or null.</param>
/// <param name="Events">Events about the controller or the pod, newest first.</param>
public sealed record StartFacts(JsonObject? Controller, JsonObject? Workload, JsonObject? Pod, IReadOnlyList<JsonObject> Events);

/// <summary>Nothing starts for more than two minutes without a reason: what has not been named by then is named by what is known. Pure.</summary>
public static class Patience
{
    /// <summary>Longest that anything may be "starting" or "pending" with nothing said about why.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // These say what is being done, not why it takes long.
    private static readonly HashSet<string> SayNothing =
    [
        "", "workload.submitting", "pod.creating", "pod.starting", "pod.not_ready", "pod.replacing", "quota.queued", "training.suspended", "serving.deploying",
    ];

    /// <summary>The verdict itself, or the one that names what holds it once it has lasted too long.</summary>
    /// <param name="asked">When the start was asked for.</param>
    public static WorkloadStatus After(WorkloadStatus status, StartFacts facts, DateTimeOffset asked, DateTimeOffset now)
    {
        var since = Since(facts, asked);
        if (status.State is not (WorkloadState.Starting or WorkloadState.Pending) || !SayNothing.Contains(status.Reason) || now - since <= Limit)
            return status;
        // A queue or an operator that has given its own words needs no others.
        if (status is { Reason: "quota.queued" or "serving.deploying", Detail.Length: > 0 })
            return status;
        var minutes = (int)(now - since).TotalMinutes;
        return (Named(status, facts) with { Detail = Detail(status, facts) }).With("minutes", minutes);
    }

    /// <summary>True when a verdict would be named otherwise if it lasted: the caller then asks for the events.</summary>
    public static bool IsTried(WorkloadStatus status, DateTimeOffset since, DateTimeOffset now) =>
        status.State is WorkloadState.Starting or WorkloadState.Pending && SayNothing.Contains(status.Reason) && now - since > Limit;

    // What stood in a queue, or ran for days before its pod was replaced, has only begun to start with the last of these.
    private static DateTimeOffset Since(StartFacts facts, DateTimeOffset asked) => new[]
    {
        facts.Pod.Time("metadata", "creationTimestamp"), facts.Pod.Time("metadata", "deletionTimestamp"),
        KindFacts.MovedAt(facts.Pod, "PodScheduled"), KindFacts.MovedAt(facts.Pod, "Ready"), KindFacts.MovedAt(facts.Workload, "Admitted"),
        KindFacts.MovedAt(facts.Controller, "Ready"),
    }.Max() is { } last && last > asked ? last : asked;

    private static WorkloadStatus Named(WorkloadStatus status, StartFacts facts)
    {
        if (facts.Controller is null)
            return Attention("start.not_taken");
        if (ClusterEvents.Cause(facts.Events) is { } said)
            return said;
        if (facts.Pod is null)
            return Attention(status.Reason is "quota.queued" or "training.suspended" ? "start.queue_silent" : "start.no_pod");
        return facts.Pod.IsGoing() ? Attention("start.replacing_slow") : OfPod(facts.Pod, facts.Events);
    }

    private static WorkloadStatus OfPod(JsonObject pod, IReadOnlyList<JsonObject> events)
    {
        var node = pod.Text("spec", "nodeName") ?? "";
        if (PodHealth.IsGated(pod))
            return Attention("start.queue_silent");
        var container = PodHealth.Container(pod);
        if (container.At("state", "running") is not null)
            return Attention("start.not_answering");
        if (node.Length == 0 && container is null && Condition.Find(pod, "PodScheduled") is not { IsTrue: true })
            return Attention("start.no_scheduler");
        if (ClusterEvents.LastIs(events, "Pulling", "Pulled", "Created", "Started", "Failed"))
            return new WorkloadStatus(WorkloadState.Starting, "start.pulling").With("node", node).With("image", container.Text("image") ?? "?");
        return Attention(container is null ? "start.node_silent" : "start.preparing").With("node", node);
    }

    private static string Detail(WorkloadStatus status, StartFacts facts) =>
        facts.Events.Count > 0 ? ClusterEvents.Message(facts.Events[0]) : status.Detail;

    private static WorkloadStatus Attention(string reason) => new(WorkloadState.Attention, reason);
}

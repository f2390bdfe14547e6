using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health.Causes;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>Reads events, in core/v1's and in events.k8s.io's fields. Pure.</summary>
public static class ClusterEvents
{
    /// <summary>
    /// Those about an object and its pod since the pod has started, newest first. What was before is over, and may have been about
    /// another pod of the same name.
    /// </summary>
    public static IReadOnlyList<JsonObject> About(IEnumerable<JsonObject> events, JsonObject controller, JsonObject? pod)
    {
        var since = pod.Time("status", "startTime") ?? (pod ?? controller).Time("metadata", "creationTimestamp");
        return [.. events.Where(e => (IsOf(e, controller.Name()) || (pod is not null && IsOf(e, pod.Name()) && IsSame(e, pod))) && !(At(e) < since)).OrderByDescending(At)];
    }

    // What a controller makes to make pods has the controller's name: its events count as well.
    private static bool IsOf(JsonObject e, string name) => (e.Text("involvedObject", "name") ?? e.Text("regarding", "name")) == name;

    private static bool IsSame(JsonObject e, JsonObject pod) =>
        (e.Text("involvedObject", "uid") ?? e.Text("regarding", "uid")) is not { } uid || uid == pod.Text("metadata", "uid");

    /// <summary>The cause that the newest warning names; a warning that no rule knows is a refusal when it is about making a pod.</summary>
    public static WorkloadStatus? Cause(IEnumerable<JsonObject> newestFirst)
    {
        WorkloadStatus? unknown = null;
        foreach (var e in newestFirst.Where(e => e.Text("type") == "Warning"))
        {
            var said = Message(e);
            if ((CauseMatcher.Match(EvidenceSource.Event, e.Text("reason"), said) ?? CauseMatcher.Match(EvidenceSource.Answer, "", said)) is { } known)
                return known;
            if (e.Text("reason") == "FailedCreate")
                unknown ??= new WorkloadStatus(WorkloadState.Attention, "pod.refused", said);
        }
        return unknown;
    }

    /// <summary>True when the newest event of any of these reasons is the first of them: pulling, and not pulled since.</summary>
    public static bool LastIs(IEnumerable<JsonObject> newestFirst, string reason, params ReadOnlySpan<string> others)
    {
        string[] all = [reason, .. others];
        return newestFirst.FirstOrDefault(e => all.Contains(e.Text("reason"))).Text("reason") == reason;
    }

    /// <summary>Its words.</summary>
    public static string Message(JsonNode e) => e.Text("message") ?? e.Text("note") ?? "";

    private static DateTimeOffset At(JsonNode e) =>
        e.Time("lastTimestamp") ?? e.Time("series", "lastObservedTime") ?? e.Time("eventTime") ?? e.Time("metadata", "creationTimestamp") ?? DateTimeOffset.MinValue;
}

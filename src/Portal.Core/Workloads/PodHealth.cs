using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Cluster;

namespace Portal.Core.Workloads;

/// <summary>What a pod that was asked to run is doing, in the portal's words. Pure.</summary>
public static partial class PodHealth
{
    /// <summary>Longest that anything may be "starting" before the page says that this is slow, and what holds it.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromMinutes(2);

    /// <summary>The verdict on a pod that nobody asked to stop.</summary>
    public static WorkloadStatus From(JsonObject pod)
    {
        if (pod.Text("status", "phase") is "Failed")
            return Failed(pod);
        if (Unplaced(pod) is { } unplaced)
            return unplaced;
        var container = Container(pod);
        if (container.At("state", "waiting") is { } waiting && Waiting(waiting, container) is { } waits)
            return waits;
        if (container.At("state", "running") is null)
            return new(WorkloadState.Starting, "pod.starting", container.Text("state", "waiting", "message") ?? "");
        return Condition.Find(pod, "Ready") is { IsTrue: true }
            ? new(WorkloadState.Running)
            : new(WorkloadState.Starting, "pod.not_ready", Condition.Find(pod, "Ready")?.Message ?? "");
    }

    /// <summary>Puts a verdict that has lasted too long into words that somebody can act on.</summary>
    /// <param name="since">When the start was asked for.</param>
    public static WorkloadStatus Overdue(WorkloadStatus status, DateTimeOffset since, DateTimeOffset now) =>
        status.State == WorkloadState.Starting && now - since > Slow
            ? new WorkloadStatus(WorkloadState.Attention, "pod.slow", status.Detail)
                .With("minutes", (int)(now - since).TotalMinutes).With("step", status.Reason)
            : status;

    /// <summary>A quota's refusal of a pod, as the controller's event words it; null when the text is no such refusal.</summary>
    public static WorkloadStatus? Refused(string message)
    {
        var match = ExceededQuota().Match(message);
        if (!match.Success)
            return null;
        // "only what is over, sorted": the first name stands for all; the rest is in the detail.
        var resource = match.Groups["resource"].Value;
        return new WorkloadStatus(WorkloadState.Pending, "namespace.quota_exceeded", message)
            .With("resource", resource)
            .With("requested", match.Groups["requested"].Value)
            .With("used", Amount(match.Groups["used"].Value, resource))
            .With("limited", Amount(match.Groups["limited"].Value, resource));
    }

    /// <summary>The first container's status, or null before there is one.</summary>
    public static JsonNode? Container(JsonObject pod) => pod.Items("status", "containerStatuses").FirstOrDefault();

    private static WorkloadStatus Failed(JsonObject pod)
    {
        var reason = pod.Text("status", "reason");
        if (reason is "Evicted" or "Preempted" or "NodeLost" or "Shutdown")
            return new WorkloadStatus(WorkloadState.Attention, "pod.evicted", pod.Text("status", "message") ?? "");
        var ended = Container(pod).At("state", "terminated");
        return ended.Text("reason") == "OOMKilled"
            ? new WorkloadStatus(WorkloadState.Failed, "pod.out_of_memory", ended.Text("message") ?? "")
            : new WorkloadStatus(WorkloadState.Failed, "pod.exit_code", ended.Text("message") ?? "").With("code", ended.Text("exitCode"));
    }

    private static WorkloadStatus? Unplaced(JsonObject pod)
    {
        if (Condition.Find(pod, "PodScheduled") is not { IsFalse: true } scheduled)
            return null;
        if (scheduled.Reason == "SchedulingGated")
            return new(WorkloadState.Pending, "quota.queued", scheduled.Message);
        var short_ = InsufficientResource().Matches(scheduled.Message);
        return short_.Count > 0
            ? new WorkloadStatus(WorkloadState.Pending, "pod.no_room", scheduled.Message)
                .With("resource", string.Join(", ", short_.Select(m => m.Groups["resource"].Value).Distinct()))
            : new WorkloadStatus(WorkloadState.Pending, "pod.no_node", scheduled.Message);
    }

    private static WorkloadStatus? Waiting(JsonNode waiting, JsonNode? container)
    {
        var message = waiting.Text("message") ?? "";
        switch (waiting.Text("reason"))
        {
            case "ErrImagePull" or "ImagePullBackOff" or "InvalidImageName" or "ErrImageNeverPull":
                return new WorkloadStatus(WorkloadState.Attention, "pod.image_pull", message).With("image", container.Text("image"));
            case "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError":
                return new WorkloadStatus(WorkloadState.Attention, "pod.cannot_start", message);
            case "CrashLoopBackOff":
                var last = container.At("lastState", "terminated");
                return new WorkloadStatus(
                    WorkloadState.Attention, last.Text("reason") == "OOMKilled" ? "pod.out_of_memory" : "pod.crash_loop", message)
                    .With("code", last.Text("exitCode") ?? "?").With("restarts", container.Text("restartCount") ?? "0");
            default:
                return null;
        }
    }

    private static string Amount(string list, string resource) => list.Split(',')
        .Select(pair => pair.Split('=', 2)).FirstOrDefault(pair => pair[0].Trim() == resource)?.Last().Trim().ToString(CultureInfo.InvariantCulture) ?? "";

    [GeneratedRegex(@"exceeded quota: [^,]+, requested: (?<resource>[^=]+)=(?<requested>[^,]+).*?, used: (?<used>.+?), limited: (?<limited>.+)$",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExceededQuota();

    [GeneratedRegex(@"Insufficient (?<resource>[\w./-]+\w)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex InsufficientResource();
}

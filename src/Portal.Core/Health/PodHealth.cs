using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Cluster;
using Portal.Core.Health.Causes;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>What a pod that was asked to run is doing, in the portal's words. Pure.</summary>
public static partial class PodHealth
{
    // What puts a container before the others says by it which one is meant, as kubectl reads it.
    private const string UsualContainer = "kubectl.kubernetes.io/default-container";

    /// <summary>The verdict on a pod that nobody asked to stop.</summary>
    public static WorkloadStatus From(JsonObject pod)
    {
        if (Disrupted(pod) is { } disrupted)
            return disrupted;
        if (pod.Text("status", "phase") is "Succeeded")
            return new(WorkloadState.Succeeded);
        if (pod.Text("status", "phase") is "Failed")
            return Failed(pod);
        if (Condition.Find(pod, "PodScheduled") is { IsFalse: true } unplaced)
            return Unplaced(unplaced);
        if (Preparing(pod) is { } preparing)
            return preparing;
        if (Waiting(pod) is { } waits)
            return waits;
        if (Container(pod).At("state", "running") is null)
            return new(WorkloadState.Starting, "pod.starting", Container(pod).Text("state", "waiting", "message") ?? "");
        return Condition.Find(pod, "Ready") is { IsTrue: true }
            ? new(WorkloadState.Running)
            : new(WorkloadState.Starting, "pod.not_ready", Condition.Find(pod, "Ready")?.Message ?? "");
    }

    /// <summary>A quota's or policy's refusal of a pod, as the controller's event words it; null when no rule knows it.</summary>
    public static WorkloadStatus? Refused(string message) => CauseMatcher.Match(EvidenceSource.Answer, "", message);

    /// <summary>The name of the container that the pod is for, the first of its spec; null where it names none.</summary>
    public static string? ContainerName(JsonObject pod)
    {
        List<string?> names = [.. pod.Items("spec", "containers").Select(c => c.Text("name"))];
        return pod.Text("metadata", "annotations", UsualContainer) is { } usual && names.Contains(usual) ? usual : names.FirstOrDefault();
    }

    /// <summary>The status of the container that the pod is for, or null before there is one.</summary>
    public static JsonNode? Container(JsonObject pod)
    {
        // Kubelets list them by name: one that was put beside it may come first.
        var name = ContainerName(pod);
        return pod.Items("status", "containerStatuses").OrderBy(c => c.Text("name") == name ? 0 : 1).FirstOrDefault();
    }

    /// <summary>True while a queue keeps the scheduler from looking at it.</summary>
    public static bool IsGated(JsonObject pod) => Condition.Find(pod, "PodScheduled") is { IsFalse: true, Reason: "SchedulingGated" };

    private static WorkloadStatus? Disrupted(JsonObject pod)
    {
        var node = pod.Text("spec", "nodeName") ?? "?";
        var byStatus = CauseMatcher.Match(EvidenceSource.PodStatus, pod.Text("status", "reason"), pod.Text("status", "message"));
        if (byStatus is null && Condition.Find(pod, "DisruptionTarget") is { IsTrue: true } target)
            byStatus = CauseMatcher.Match(EvidenceSource.PodStatus, target.Reason, target.Message);
        return byStatus is { Reason: "pod.node_lost" } && !byStatus.Arguments.ContainsKey("node") ? byStatus.With("node", node) : byStatus;
    }

    private static WorkloadStatus Failed(JsonObject pod)
    {
        // The container that failed, not one that had to end with it: a sidecar, also one that is listed as an init container, is stopped last.
        var own = Container(pod);
        var ended = pod.Items("status", "containerStatuses").Prepend(own).Concat(pod.Items("status", "initContainerStatuses"))
            .Select(c => c.At("state", "terminated")).FirstOrDefault(t => t is not null && t.Text("exitCode") != "0")
            ?? own.At("state", "terminated");
        return Ended(ended, pod.Text("status", "message") ?? "");
    }

    private static WorkloadStatus Ended(JsonNode? ended, string otherwise)
    {
        var message = ended.Text("message") ?? otherwise;
        if (CauseMatcher.Match(EvidenceSource.Terminated, ended.Text("reason"), message) is { } known)
            return known;
        return ended.Text("exitCode") is "137" or "143"
            ? new WorkloadStatus(WorkloadState.Failed, "pod.killed", message)
            : new WorkloadStatus(WorkloadState.Failed, "pod.exit_code", message).With("code", ended.Text("exitCode") ?? "?");
    }

    private static WorkloadStatus Unplaced(Condition scheduled)
    {
        // What the scheduler tried by preemption repeats the counts; what decides stands before it.
        var why = scheduled.Message.Split(" preemption: ", 2)[0];
        var status = CauseMatcher.Match(EvidenceSource.Scheduling, scheduled.Reason, why)
            ?? new WorkloadStatus(WorkloadState.Pending, "pod.no_node");
        if (status.Reason == "pod.no_room" && InsufficientResource().Matches(why) is { Count: > 1 } several)
            status = status.With("resource", string.Join(", ", several.Select(m => m.Groups["resource"].Value).Distinct()));
        // Of a gated pod the scheduler says only that it does not look at it: those are not the queue's words.
        return status with { Detail = status.Reason == "quota.queued" ? "" : scheduled.Message };
    }

    private static WorkloadStatus? Preparing(JsonObject pod)
    {
        foreach (var step in pod.Items("status", "initContainerStatuses"))
        {
            if (Stuck(step) is { Reason: "pod.crash_loop" } crashes)
                return (crashes with { Reason = "pod.init_failed" }).With("container", step.Text("name"));
            if (Stuck(step) is { } stuck)
                return stuck;
        }
        return null;
    }

    // The pod's own container decides unless another one is stuck: a sidecar that fails keeps the pod from working as well.
    private static WorkloadStatus? Waiting(JsonObject pod) => pod.Items("status", "containerStatuses").Select(Stuck).FirstOrDefault(s => s is not null);

    private static WorkloadStatus? Stuck(JsonNode container)
    {
        var waiting = container.At("state", "waiting");
        if (waiting.Text("reason") == "CrashLoopBackOff")
        {
            var last = Ended(container.At("lastState", "terminated"), waiting.Text("message") ?? "");
            var code = container.Text("lastState", "terminated", "exitCode") ?? "?";
            var shown = last.Reason is "pod.exit_code" or "pod.killed" ? last with { Reason = "pod.crash_loop" } : last;
            return (shown with { State = WorkloadState.Attention, Detail = waiting.Text("message") ?? "" })
                .With("code", code).With("restarts", container.Text("restartCount") ?? "0");
        }
        return waiting is null ? null
            : CauseMatcher.Match(EvidenceSource.ContainerWaits, waiting.Text("reason"), waiting.Text("message"))?.With("image", container.Text("image"));
    }

    [GeneratedRegex(@"Insufficient (?<resource>[\w./-]+\w)", RegexOptions.ExplicitCapture, 10000)]
    private static partial Regex InsufficientResource();
}

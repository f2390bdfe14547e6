using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>What the cluster shows of a run, all of it recorded before the verdict.</summary>
/// <param name="Job">Its Job, or null.</param>
/// <param name="Pod">Its newest pod, or null.</param>
/// <param name="Workload">Kueue's Workload of it, or null.</param>
/// <param name="Events">Events about the Job and its pod, newest first; empty where they were not asked for.</param>
/// <param name="QueuePosition">Its place among the project's waiting workloads, from 1; 0 when it is not known.</param>
public sealed record TrainingFacts(JsonObject? Job, JsonObject? Pod, JsonObject? Workload, IReadOnlyList<JsonObject> Events, int QueuePosition)
{
    /// <summary>The pods of its last try, the one that speaks for it among them.</summary>
    public IReadOnlyList<JsonObject> Pods { get; init; } = Pod is null ? [] : [Pod];

    /// <summary>The Jobs that a JobSet or TrainJob made, once it has failed and does not say itself why.</summary>
    public IReadOnlyList<JsonObject> Jobs { get; init; } = [];
}

/// <summary>The state of a run from what the cluster shows. Pure.</summary>
public static class TrainingHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(TrainingRun run, TrainingFacts facts, DateTimeOffset now)
    {
        if (facts.Job is { } ended && Ended(run, ended, facts) is { } final)
            return final;
        if (run.StopRequested)
            return Stopping(run, facts, now);
        if (facts.Job is not { } job)
        {
            return run.ObservedGeneration == 0
                ? new WorkloadStatus(WorkloadState.Pending, "workload.submitting")
                : new WorkloadStatus(WorkloadState.Failed, "training.vanished");
        }
        var since = job.Time("status", "startTime") ?? run.IntentChangedAt;
        var status = Queued(facts) ?? (TrainingEnd.IsSuspended(job) ? new WorkloadStatus(WorkloadState.Pending, "quota.queued") : Going(facts));
        return Patience.After(status, new(job, facts.Workload, facts.Pod, facts.Events), since, now);
    }

    /// <summary>When its process began, or null.</summary>
    public static DateTimeOffset? StartedAt(JsonObject? pod)
    {
        if (pod is null)
            return null;
        var state = PodHealth.Container(pod).At("state");
        return state.Time("running", "startedAt") ?? state.Time("terminated", "startedAt");
    }

    /// <summary>When it ended and with which exit code, as far as the cluster tells.</summary>
    public static (DateTimeOffset? At, int? ExitCode) Ending(TrainingFacts facts)
    {
        var ended = facts.Pod is null ? null : PodHealth.Container(facts.Pod).At("state", "terminated");
        var at = ended.Time("finishedAt") ?? facts.Job.Time("status", "completionTime");
        return (at, int.TryParse(ended.Text("exitCode"), CultureInfo.InvariantCulture, out var code) ? code : null);
    }

    private static WorkloadStatus? Ended(TrainingRun run, JsonObject job, TrainingFacts facts)
    {
        if (TrainingEnd.Success(job) is not null)
            return new(WorkloadState.Succeeded);
        if (TrainingEnd.Failure(job) is not { } failed)
            return null;
        if (run.StopRequested)
            return new(WorkloadState.Stopped, "training.stopped");
        if ((failed.Reason == JobHealth.PastLimit ? failed : JobHealth.FirstPastLimit(facts.Jobs)) is { } limit)
            return new WorkloadStatus(WorkloadState.Failed, "training.time_limit", limit.Message).With("minutes", run.TimeLimitMinutes);
        return Cause(facts) is { State: WorkloadState.Failed or WorkloadState.Attention } why
            ? why with { State = WorkloadState.Failed }
            : new WorkloadStatus(WorkloadState.Failed, "training.failed", failed.Message);
    }

    // Where one node fails the others are stopped or break off: what has a name of its own comes before an exit code, what failed
    // first before what failed later, and a pod that was stopped tells nothing while another one does.
    private static WorkloadStatus? Cause(TrainingFacts facts) => facts.Pods
        .Select(p => (Status: PodHealth.From(p), At: PodHealth.Container(p).Time("state", "terminated", "finishedAt")))
        .Where(p => p.Status.State is WorkloadState.Failed or WorkloadState.Attention && p.Status.Reason != "pod.killed")
        .OrderBy(p => p.Status.Reason == "pod.exit_code").ThenBy(p => p.At ?? DateTimeOffset.MaxValue)
        .Select(p => p.Status).FirstOrDefault() ?? (facts.Pod is null ? null : PodHealth.From(facts.Pod));

    private static WorkloadStatus Stopping(TrainingRun run, TrainingFacts facts, DateTimeOffset now)
    {
        if (facts.Job is null && facts.Pod is null)
            return new(WorkloadState.Stopped, "training.stopped");
        return now - run.IntentChangedAt > Patience.Limit
            ? new WorkloadStatus(WorkloadState.Attention, "pod.slow_stop").With("minutes", (int)(now - run.IntentChangedAt).TotalMinutes)
            : new WorkloadStatus(WorkloadState.Stopping);
    }

    private static WorkloadStatus? Queued(TrainingFacts facts) => facts.Workload is { } workload && QueueHealth.From(workload) is { } queued
        ? facts.QueuePosition > 1 && queued.Reason == "quota.waiting"
            ? (queued with { Reason = "quota.waiting_behind" }).With("position", facts.QueuePosition) : queued
        : null;

    private static WorkloadStatus Going(TrainingFacts facts)
    {
        if (facts.Pod is { } pod)
        {
            // The program has ended; the pod and then the Job are about to say so.
            if (pod.Text("status", "phase") is "Succeeded" or "Failed" || PodHealth.Container(pod).At("state", "terminated") is not null)
                return new(WorkloadState.Running, "training.finishing");
            var status = PodHealth.From(pod) is { Reason: "pod.not_ready" } ? new(WorkloadState.Running) : PodHealth.From(pod);
            // It only waits for the others where one of them cannot start. Of one that has ended the Job is about to say so.
            return status.State == WorkloadState.Running && PodsHealth.Trouble(facts.Pods.Where(p => p.Text("status", "phase") is not ("Succeeded" or "Failed"))) is { } trouble
                // What runs holds its place meanwhile: the run does not wait as a whole.
                ? trouble with { State = trouble.State is WorkloadState.Failed or WorkloadState.Pending ? WorkloadState.Attention : trouble.State } : status;
        }
        return ClusterEvents.Cause(facts.Events) ?? new WorkloadStatus(WorkloadState.Starting, "pod.creating");
    }
}

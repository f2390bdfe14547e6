using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>
/// A Job's pods, counted. A finished pod is counted once although it may be deleted at any time: it carries a finalizer
/// until its uid has been written into the status together with the count.
/// </summary>
internal sealed class JobTally
{
    public const string Finalizer = "batch.kubernetes.io/job-tracking";

    public JobTally(JsonObject job, IEnumerable<JsonObject> pods)
    {
        HashSet<string> counted = [.. job.Texts("status", "uncountedTerminatedPods", "succeeded"), .. job.Texts("status", "uncountedTerminatedPods", "failed")];
        foreach (JsonObject pod in pods)
        {
            bool tracked = pod.Texts("metadata", "finalizers").Contains(Finalizer);
            bool known = counted.Contains(pod.Uid());
            // A pod removed before any node had it ends in no phase: it counts as failed, like one that was stopped.
            bool cut = pod.IsDeleting() && pod.Whole("metadata", "deletionGracePeriodSeconds") == 0 && !PodConditions.IsTerminal(pod);
            switch (cut ? "Failed" : pod.Text("status", "phase"))
            {
                case "Succeeded" when tracked && !known:
                    NewlySucceeded.Add(pod);
                    break;
                case "Failed" when tracked && !known:
                    Fail(job, pod);
                    break;
                case "Succeeded" or "Failed":
                    if (tracked) Counted.Add(pod);
                    break;
                default:
                    (pod.IsDeleting() ? Terminating : Active).Add(pod);
                    break;
            }
            if (pod.Text("status", "phase") == "Failed") LastFailure = Later(LastFailure, FinishedAt(pod));
        }
        Succeeded = (job.Whole("status", "succeeded") ?? 0) + NewlySucceeded.Count;
        Failed = (job.Whole("status", "failed") ?? 0) + NewlyFailed.Count;
    }

    public List<JsonObject> Active { get; } = [];

    public List<JsonObject> Terminating { get; } = [];

    public List<JsonObject> NewlySucceeded { get; } = [];

    public List<JsonObject> NewlyFailed { get; } = [];

    /// <summary>Failed in a way that the Job's policy does not count: only to be let go.</summary>
    public List<JsonObject> Ignored { get; } = [];

    /// <summary>Why one pod's failure ends the whole Job, if it does.</summary>
    public string? Fatal { get; private set; }

    /// <summary>Counted by an earlier write and waiting to be let go.</summary>
    public List<JsonObject> Counted { get; } = [];

    public long Succeeded { get; }

    public long Failed { get; }

    public DateTimeOffset? LastFailure { get; private set; }

    public int Ready => Active.Count(PodConditions.IsReady);

    /// <summary>Restarts inside the pods, which count against the limit when the template restarts on failure.</summary>
    public long Restarts => Active.SelectMany(pod => pod.Each("status", "containerStatuses")).Sum(status => status.Whole("restartCount") ?? 0);

    private void Fail(JsonObject job, JsonObject pod)
    {
        PodFailurePolicy policy = PodFailurePolicy.Of(job, pod);
        if (policy.Action == PodFailurePolicy.FailJob) Fatal ??= policy.Message;
        (policy.Action == PodFailurePolicy.Ignore ? Ignored : NewlyFailed).Add(pod);
    }

    private static DateTimeOffset? FinishedAt(JsonObject pod) =>
        pod.Each("status", "containerStatuses").Select(status => status.Time("state", "terminated", "finishedAt")).Max();

    private static DateTimeOffset? Later(DateTimeOffset? left, DateTimeOffset? right) => left is null || right > left ? right : left;
}

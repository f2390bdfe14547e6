using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>Whether a Job is done, and in which words. Null when it goes on.</summary>
internal sealed record JobVerdict(bool Success, string Reason, string Message)
{
    public string First => Success ? "SuccessCriteriaMet" : "FailureTarget";

    public string Last => Success ? "Complete" : "Failed";

    public static bool IsFinished(JsonObject job) => Conditions.IsTrue(job, "Complete") || Conditions.IsTrue(job, "Failed");

    public static JobVerdict? Of(JsonObject job, JobTally tally, DateTimeOffset now)
    {
        if (Standing(job, "FailureTarget") is { } failed) return new JobVerdict(false, failed.Text("reason") ?? "", failed.Text("message") ?? "");
        if (Standing(job, "SuccessCriteriaMet") is { } met) return new JobVerdict(true, met.Text("reason") ?? "", met.Text("message") ?? "");
        if (tally.Fatal is { } fatal) return new JobVerdict(false, "PodFailurePolicy", fatal);
        long limit = job.Whole("spec", "backoffLimit") ?? 6;
        bool restartsInPlace = job.Text("spec", "template", "spec", "restartPolicy") == "OnFailure";
        bool worn = restartsInPlace && (limit == 0 ? tally.Restarts > 0 : tally.Restarts >= limit);
        if (tally.Failed > limit || worn) return new JobVerdict(false, "BackoffLimitExceeded", "Job has reached the specified backoff limit");
        if (Deadline(job) is { } deadline && now >= deadline) return new JobVerdict(false, "DeadlineExceeded", "Job was active longer than specified deadline");
        bool complete = job.Whole("spec", "completions") is { } completions
            ? tally.Succeeded >= completions
            : tally.Succeeded > 0 && tally.Active.Count + tally.Terminating.Count == 0;
        return complete ? new JobVerdict(true, "CompletionsReached", "Reached expected number of succeeded pods") : null;
    }

    public static DateTimeOffset? Deadline(JsonObject job) =>
        !job.Is("spec", "suspend") && job.Whole("spec", "activeDeadlineSeconds") is { } seconds && job.Time("status", "startTime") is { } start
            ? start.AddSeconds(seconds)
            : null;

    private static JsonObject? Standing(JsonObject job, string type) =>
        Conditions.Find(job, type) is { } condition && condition.Text("status") == "True" ? condition : null;
}

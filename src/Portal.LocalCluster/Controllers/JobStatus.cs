using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>A Job's status out of its tally and verdict, in the fields and order of a real control plane.</summary>
internal static class JobStatus
{
    /// <returns>Whether the job is finished by this write.</returns>
    public static bool WriteTo(JsonObject job, JobTally tally, JobVerdict? verdict, DateTimeOffset now)
    {
        JsonObject status = job.Ensure("status");
        int leaving = tally.Terminating.Count + (verdict is null ? 0 : tally.Active.Count);
        Number(status, "active", verdict is null ? tally.Active.Count : 0);
        Number(status, "succeeded", tally.Succeeded);
        Number(status, "failed", tally.Failed);
        JobIndexes.WriteTo(status, job, tally);
        status["terminating"] = leaving;
        status["ready"] = verdict is null ? tally.Ready : 0;
        // Uids whose pods still wait to be let go stay listed: forgetting one early would count it again.
        JsonObject uncounted = [];
        List(uncounted, "succeeded", tally.NewlySucceeded.Concat(tally.Counted.Where(Succeeded)));
        List(uncounted, "failed", tally.NewlyFailed.Concat(tally.Counted.Where(pod => !Succeeded(pod))));
        status["uncountedTerminatedPods"] = uncounted;
        return verdict is not null && Conclude(job, verdict, leaving, now);
    }

    private static bool Conclude(JsonObject job, JobVerdict verdict, int leaving, DateTimeOffset now)
    {
        Conditions.Set(job, verdict.First, true, verdict.Reason, verdict.Message, now, probed: true);
        if (leaving > 0 || !Conditions.Set(job, verdict.Last, true, verdict.Reason, verdict.Message, now, probed: true)) return false;
        if (verdict.Success) job.Ensure("status")["completionTime"] = now.Stamp();
        return true;
    }

    private static void List(JsonObject uncounted, string list, IEnumerable<JsonObject> pods)
    {
        JsonArray uids = [.. pods.Select(pod => JsonValue.Create(pod.Uid()))];
        if (uids.Count > 0) uncounted[list] = uids;
    }

    private static bool Succeeded(JsonObject pod) => pod.Text("status", "phase") == "Succeeded";

    private static void Number(JsonObject status, string field, long value)
    {
        if (value > 0) status[field] = value;
        else status.Remove(field);
    }
}

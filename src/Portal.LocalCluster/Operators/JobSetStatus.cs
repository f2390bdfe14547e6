using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Operators;

/// <summary>A JobSet's status out of its Jobs, in upstream's words. Pure.</summary>
internal static class JobSetStatus
{
    public static bool IsFinished(JsonObject set) => Conditions.IsTrue(set, "Completed") || Conditions.IsTrue(set, "Failed");

    /// <summary>Held back, and nothing of it runs any longer.</summary>
    public static bool IsStopped(JsonObject set) =>
        Conditions.IsTrue(set, "Suspended") && set.Each("status", "replicatedJobsStatus").All(group => (group.Whole("active") ?? 0) == 0);

    /// <param name="jobs">The Jobs of the present try.</param>
    public static void Write(JsonObject set, IReadOnlyCollection<JsonObject> jobs, DateTimeOffset now)
    {
        set.Ensure("status")["replicatedJobsStatus"] = new JsonArray([.. set.Each("spec", "replicatedJobs").Select(group => Group(group, jobs))]);
        if (set.Is("spec", "suspend")) Conditions.Set(set, "Suspended", true, "SuspendedJobs", "jobset is suspended", now);
        else if (Conditions.IsTrue(set, "Suspended")) Conditions.Set(set, "Suspended", false, "ResumeJobs", "jobset is resumed", now);
        if (jobs.FirstOrDefault(job => Conditions.IsTrue(job, "Failed")) is { } failed) Fail(set, failed, now);
        else if (Succeeded(set, jobs)) End(set, "Completed", "AllJobsCompleted", "jobset completed successfully", now);
    }

    /// <summary>Ends it, or counts one more try where the failure policy allows it: the Jobs of the last one go then.</summary>
    private static void Fail(JsonObject set, JsonObject job, DateTimeOffset now)
    {
        string which = $" (first failed job: {job.Name()})";
        JsonObject status = set.Ensure("status");
        if (set.Map("spec", "failurePolicy") is not { } policy)
        {
            End(set, "Failed", "FailedJobs", "jobset failed due to one or more job failures" + which, now);
        }
        else if ((status.Whole("restartsCountTowardsMax") ?? 0) >= (policy.Whole("maxRestarts") ?? 0))
        {
            End(set, "Failed", "ReachedMaxRestarts", "jobset failed due to reaching max number of restarts" + which, now);
        }
        else
        {
            status["restarts"] = (status.Whole("restarts") ?? 0) + 1;
            status["restartsCountTowardsMax"] = (status.Whole("restartsCountTowardsMax") ?? 0) + 1;
        }
    }

    private static bool Succeeded(JsonObject set, IReadOnlyCollection<JsonObject> jobs)
    {
        HashSet<string> targets = [.. set.Part("spec", "successPolicy").Texts("targetReplicatedJobs")];
        List<JsonObject> counted = [.. jobs.Where(job => targets.Count == 0 || targets.Contains(job.Label(JobSetNames.GroupLabel) ?? ""))];
        long wanted = set.Each("spec", "replicatedJobs").Where(group => targets.Count == 0 || targets.Contains(group.Text("name") ?? "")).Sum(group => group.Whole("replicas") ?? 1);
        int complete = counted.Count(job => Conditions.IsTrue(job, "Complete"));
        return set.Text("spec", "successPolicy", "operator") == "Any" ? complete > 0 : complete >= wanted;
    }

    private static void End(JsonObject set, string type, string reason, string message, DateTimeOffset now)
    {
        Conditions.Set(set, type, true, reason, message, now);
        set.Ensure("status")["terminalState"] = type;
    }

    private static JsonNode Group(JsonObject group, IReadOnlyCollection<JsonObject> jobs)
    {
        List<JsonObject> own = [.. jobs.Where(job => job.Label(JobSetNames.GroupLabel) == group.Text("name"))];
        return new JsonObject
        {
            ["name"] = group.Text("name"),
            ["ready"] = own.Count(job => !JobVerdict.IsFinished(job) && (job.Whole("status", "ready") ?? 0) + (job.Whole("status", "succeeded") ?? 0) >= JobSetPlan.PodsOfJob(job.Part("spec"))),
            ["succeeded"] = own.Count(job => Conditions.IsTrue(job, "Complete")),
            ["failed"] = own.Count(job => Conditions.IsTrue(job, "Failed")),
            ["active"] = own.Count(job => (job.Whole("status", "active") ?? 0) > 0),
            ["suspended"] = own.Count(job => job.Is("spec", "suspend")),
        };
    }
}

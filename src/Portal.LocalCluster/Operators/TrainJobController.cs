using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Operators;

/// <summary>Kubeflow Trainer's controller: a JobSet for each TrainJob, and its state in the TrainJob's conditions.</summary>
public sealed class TrainJobController(IObjects objects, TimeProvider time, ILogger<TrainJobController> log) : ControlLoop(objects, time, log)
{
    /// <summary>What was last asked of the JobSet, so that defaults which the server adds are no difference.</summary>
    private const string HashAnnotation = "trainer.kubeflow.org/spec-hash";

    public override string Name => "trainjob-controller";

    protected override IEnumerable<Source> Sources =>
    [
        new(TrainJobPlan.TrainJobs, job => [job.Key()]),
        new(JobSetNames.JobSets, set => Owners.KeyOf(set, "TrainJob") is { } key ? [key] : []),
        new(TrainJobPlan.Runtimes, runtime => Objects.List(TrainJobPlan.TrainJobs, runtime.Namespace()).Where(job => Names(job, runtime)).Select(job => job.Key())),
        new(TrainJobPlan.ClusterRuntimes, runtime => Objects.List(TrainJobPlan.TrainJobs).Where(job => Names(job, runtime)).Select(job => job.Key())),
    ];

    public static bool IsFinished(JsonObject job) => Conditions.IsTrue(job, "Complete") || Conditions.IsTrue(job, "Failed");

    /// <summary>Held back, and nothing of it runs any longer.</summary>
    public static bool IsStopped(JsonObject job) =>
        Conditions.IsTrue(job, "Suspended") && job.Each("status", "jobsStatus").All(group => (group.Whole("active") ?? 0) == 0);

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        if (Objects.Find(TrainJobPlan.TrainJobs, path[0], path[1]) is not { } job || job.IsDeleting() || IsFinished(job)) return Task.FromResult<TimeSpan?>(null);
        JsonObject next = job.Copy();
        TimeSpan? again = Advance(job, next);
        if (!JsonNode.DeepEquals(next["status"], job["status"])) TryWrite(() => Objects.UpdateStatus(next));
        return Task.FromResult(again);
    }

    private static bool Names(JsonObject job, JsonObject runtime) =>
        job.Text("spec", "runtimeRef", "kind") == runtime.Kind() && job.Text("spec", "runtimeRef", "name") == runtime.Name();

    private TimeSpan? Advance(JsonObject job, JsonObject next)
    {
        DateTimeOffset now = Time.GetUtcNow();
        if (job.Text("spec", "runtimeRef", "kind") is not ("TrainingRuntime" or "ClusterTrainingRuntime"))
        {
            Conditions.Set(next, "Failed", true, "TrainingRuntimeNotSupported", $"Specified runtime is not supported: {job.Text("spec", "runtimeRef", "kind")}", now);
            return null;
        }
        // A runtime that comes later brings the job back here.
        if (TrainJobPlan.Runtime(Objects, job) is not { } runtime) return null;
        JsonObject set = Ensure(job, TrainJobPlan.JobSet(job, runtime));
        if (job.Is("spec", "suspend")) Conditions.Set(next, "Suspended", true, "Suspended", "TrainJob is suspended", now);
        else if (Conditions.IsTrue(next, "Suspended")) Conditions.Set(next, "Suspended", false, "Resumed", "TrainJob is resumed", now);
        Mirror(next, set, now);
        return Deadline(next) is not { } deadline || IsFinished(next) ? null : now < deadline ? deadline - now : Expire(next, now);
    }

    /// <summary>Makes the JobSet, or changes it while it stands still: what runs is left as it is, but for being held back.</summary>
    private JsonObject Ensure(JsonObject job, JsonObject wanted)
    {
        string hash = PodTemplate.Hash(wanted.Part("spec"));
        wanted.Ensure("metadata", "annotations")[HashAnnotation] = hash;
        if (Objects.Find(JobSetNames.JobSets, job.Namespace(), job.Name()) is not { } present) return Objects.Create(wanted);
        if (!Owners.Owns(job, present)) throw new ApiException(409, "AlreadyExists", $"jobset {present.Key()} belongs to somebody else");
        bool suspend = job.Is("spec", "suspend");
        if (present.Annotation(HashAnnotation) == hash || (!present.Is("spec", "suspend") && !suspend)) return present;
        present["spec"] = wanted["spec"]!.DeepClone();
        present.Ensure("metadata", "annotations")[HashAnnotation] = hash;
        return Objects.Update(present);
    }

    private static void Mirror(JsonObject job, JsonObject set, DateTimeOffset now)
    {
        JsonArray groups = [.. set.Each("status", "replicatedJobsStatus").Select(group => group.Copy())];
        if (groups.Count > 0) job.Ensure("status")["jobsStatus"] = groups;
        foreach ((string theirs, string ours) in (ReadOnlySpan<(string, string)>)[("Completed", "Complete"), ("Failed", "Failed")])
        {
            if (Conditions.Find(set, theirs) is { } end && end.Text("status") == "True") Conditions.Set(job, ours, true, end.Text("reason")!, end.Text("message") ?? "", now);
        }
    }

    private static DateTimeOffset? Deadline(JsonObject job) =>
        job.Is("spec", "suspend") || job.Whole("spec", "activeDeadlineSeconds") is not { } seconds ? null
            : (Conditions.Find(job, "Suspended")?.Time("lastTransitionTime") ?? job.Created()).AddSeconds(seconds);

    private TimeSpan? Expire(JsonObject job, DateTimeOffset now)
    {
        Objects.Delete(JobSetNames.JobSets, job.Namespace(), job.Name());
        Conditions.Set(job, "Failed", true, "DeadlineExceeded", "Training job was active longer than specified deadline", now);
        return null;
    }
}

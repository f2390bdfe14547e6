using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>Jobs: as many pods as are wanted, counted once each, until complete, failed, suspended or past their deadline.</summary>
public sealed class JobController(IObjects objects, TimeProvider time, ILogger<JobController> log) : ControlLoop(objects, time, log)
{
    private const string Component = "job-controller";
    private const string NameLabel = "batch.kubernetes.io/job-name";
    private const string UidLabel = "batch.kubernetes.io/controller-uid";
    private static readonly TimeSpan RefusedRetry = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(10);

    public override string Name => Component;

    protected override IEnumerable<Source> Sources =>
    [
        new("jobs.batch", job => [job.Key()]),
        new("pods", pod => Owners.KeyOf(pod, "Job") is { } key ? [key] : []),
        // A quota that was raised may let the pods in that it refused.
        new("resourcequotas", quota => Objects.List("jobs.batch", quota.Namespace()).Where(job => !JobVerdict.IsFinished(job)).Select(job => job.Key())),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct) => Task.FromResult(Reconcile(key));

    private TimeSpan? Reconcile(string key)
    {
        string[] path = key.Split('/', 2);
        JsonObject? job = Objects.Find("jobs.batch", path[0], path[1]);
        if (job is null || job.IsDeleting())
        {
            foreach (JsonObject orphan in Objects.List("pods", path[0], $"{NameLabel}={path[1]}")) LetGo(orphan);
            return null;
        }
        JobTally tally = new(job, Objects.List("pods", path[0], $"{UidLabel}={job.Uid()}").Where(pod => Owners.Owns(job, pod)));
        DateTimeOffset now = Time.GetUtcNow();
        if (JobVerdict.IsFinished(job))
        {
            Settle(job, tally);
            return Expire(job, now);
        }
        JobVerdict? verdict = JobVerdict.Of(job, tally, now);
        TimeSpan? again = verdict is not null ? Wind(tally) : job.Is("spec", "suspend") ? Suspend(job, tally, now) : Advance(job, tally, now);
        WriteStatus(job, tally, verdict, now);
        foreach (JsonObject pod in tally.Counted.Concat(tally.Ignored)) LetGo(pod);
        return again;
    }

    /// <summary>The verdict stands: what still runs is stopped, and the last condition waits until it has.</summary>
    private TimeSpan? Wind(JobTally tally)
    {
        foreach (JsonObject pod in tally.Active) Objects.Delete("pods", pod.Namespace(), pod.Name());
        return null;
    }

    private TimeSpan? Suspend(JsonObject job, JobTally tally, DateTimeOffset now)
    {
        foreach (JsonObject pod in tally.Active)
        {
            LetGo(pod);
            Objects.Delete("pods", pod.Namespace(), pod.Name());
            Objects.Record(job, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.Name()}", Component);
        }
        tally.Terminating.AddRange(tally.Active.Where(pod => pod.Text("spec", "nodeName") is { Length: > 0 }));
        tally.Active.Clear();
        job.Part("status").Remove("startTime");
        if (Conditions.Set(job, "Suspended", true, "JobSuspended", "Job suspended", now, probed: true))
            Objects.Record(job, "Normal", "Suspended", "Job suspended", Component);
        return null;
    }

    private TimeSpan? Advance(JsonObject job, JobTally tally, DateTimeOffset now)
    {
        if (Conditions.IsTrue(job, "Suspended"))
        {
            Conditions.Set(job, "Suspended", false, "JobResumed", "Job resumed", now, probed: true);
            Objects.Record(job, "Normal", "Resumed", "Job resumed", Component);
        }
        if (job.At("status", "startTime") is null) job.Ensure("status")["startTime"] = now.Stamp();
        TimeSpan? untilDeadline = JobVerdict.Deadline(job) - now;
        TimeSpan? pause = Populate(job, tally, now);
        return pause is null || untilDeadline < pause ? untilDeadline : pause;
    }

    private TimeSpan? Populate(JsonObject job, JobTally tally, DateTimeOffset now)
    {
        long parallelism = job.Whole("spec", "parallelism") ?? 1;
        long wanted = job.Whole("spec", "completions") is { } completions
            ? Math.Min(completions - tally.Succeeded, parallelism)
            : tally.Succeeded > 0 ? Math.Min(tally.Active.Count, parallelism) : parallelism;
        foreach (JsonObject pod in tally.Active.Skip((int)Math.Max(0, wanted)).ToList())
        {
            LetGo(pod);
            Objects.Delete("pods", pod.Namespace(), pod.Name());
            tally.Active.Remove(pod);
        }
        long missing = wanted - tally.Active.Count - tally.Terminating.Count;
        if (missing <= 0) return null;
        if (tally.LastFailure is { } failure && tally.Failed > 0)
        {
            double factor = Math.Pow(2, Math.Min(tally.Failed - 1, 10));
            TimeSpan rest = failure + TimeSpan.FromSeconds(Math.Min(FirstRetry.TotalSeconds * factor, LastRetry.TotalSeconds)) - now;
            if (rest > TimeSpan.Zero) return rest;
        }
        for (long made = 0; made < missing; made++)
        {
            if (!Create(job, tally)) return RefusedRetry;
        }
        return null;
    }

    private bool Create(JsonObject job, JobTally tally)
    {
        JsonObject pod = PodTemplate.Make(job, job.Part("spec", "template"));
        JsonObject labels = pod.Ensure("metadata", "labels");
        foreach (string label in (ReadOnlySpan<string>)[UidLabel, "controller-uid"]) labels[label] = job.Uid();
        foreach (string label in (ReadOnlySpan<string>)[NameLabel, "job-name"]) labels[label] = job.Name();
        pod.Part("metadata")["finalizers"] = new JsonArray(JobTally.Finalizer);
        if (JobIndexes.IsIndexed(job)) JobIndexes.Give(pod, job, JobIndexes.Next(job, tally));
        try
        {
            JsonObject made = Objects.Create(pod);
            tally.Active.Add(made);
            Objects.Record(job, "Normal", "SuccessfulCreate", $"Created pod: {made.Name()}", Component);
            return true;
        }
        catch (ApiException refusal)
        {
            Objects.Record(job, "Warning", "FailedCreate", $"Error creating: {refusal.Message}", Component);
            return false;
        }
    }

    private void WriteStatus(JsonObject job, JobTally tally, JobVerdict? verdict, DateTimeOffset now)
    {
        JsonObject before = Objects.Find("jobs.batch", job.Namespace(), job.Name())?.Part("status") ?? [];
        bool concluded = JobStatus.WriteTo(job, tally, verdict, now);
        if (JsonNode.DeepEquals(before, job["status"])) return;
        Objects.UpdateStatus(job);
        if (!concluded) return;
        if (verdict!.Success) Objects.Record(job, "Normal", "Completed", "Job completed", Component);
        else Objects.Record(job, "Warning", verdict.Reason, verdict.Message, Component);
    }

    /// <summary>The job is finished: its pods are let go, and then their uids need no longer be remembered.</summary>
    private void Settle(JsonObject job, JobTally tally)
    {
        List<JsonObject> held = [.. tally.Counted, .. tally.Ignored, .. tally.NewlyFailed, .. tally.NewlySucceeded];
        foreach (JsonObject pod in held) LetGo(pod);
        if (held.Count > 0 || job.Map("status", "uncountedTerminatedPods") is not { Count: > 0 }) return;
        job.Part("status")["uncountedTerminatedPods"] = new JsonObject();
        TryWrite(() => Objects.UpdateStatus(job));
    }

    private TimeSpan? Expire(JsonObject job, DateTimeOffset now)
    {
        if (job.Whole("spec", "ttlSecondsAfterFinished") is not { } seconds) return null;
        DateTimeOffset end = (Conditions.Find(job, "Complete") ?? Conditions.Find(job, "Failed"))?.Time("lastTransitionTime") ?? now;
        TimeSpan left = end.AddSeconds(seconds) - now;
        if (left > TimeSpan.Zero) return left;
        Objects.Delete("jobs.batch", job.Namespace(), job.Name());
        return null;
    }

    /// <summary>Takes the finalizer off, however often somebody else writes first: a pod that is deleted with it counts as one that failed.</summary>
    private void LetGo(JsonObject pod)
    {
        if (!IsHeld(pod)) return;
        while (Objects.Find("pods", pod.Namespace(), pod.Name()) is { } fresh && fresh.Uid() == pod.Uid() && IsHeld(fresh))
        {
            JsonArray rest = [.. fresh.Texts("metadata", "finalizers").Where(finalizer => finalizer != JobTally.Finalizer).Select(finalizer => JsonValue.Create(finalizer))];
            if (rest.Count > 0) fresh.Part("metadata")["finalizers"] = rest;
            else fresh.Part("metadata").Remove("finalizers");
            if (TryWrite(() => Objects.Update(fresh))) return;
        }
    }

    private static bool IsHeld(JsonObject pod) => pod.Texts("metadata", "finalizers").Contains(JobTally.Finalizer);
}

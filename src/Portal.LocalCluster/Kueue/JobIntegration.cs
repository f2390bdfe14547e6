using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>Jobs that name a queue: kept suspended behind a Workload, released with the flavors' nodes when it is admitted.</summary>
public sealed class JobIntegration(IObjects objects, TimeProvider time, ILogger<JobIntegration> log) : ControlLoop(objects, time, log)
{
    public override string Name => "kueue-job";

    protected override IEnumerable<Source> Sources =>
    [
        new("jobs.batch", job => job.Label(KueueNames.QueueLabel) is null ? [] : [job.Key()]),
        new(KueueNames.Workloads, workload => Owners.KeyOf(workload, "Job") is { } key ? [key] : []),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        JsonObject? job = Objects.Find("jobs.batch", path[0], path[1]);
        if (job is null || job.IsDeleting() || job.Label(KueueNames.QueueLabel) is null) return Task.FromResult<TimeSpan?>(null);
        JsonObject? workload = WorkloadObject.Of(Objects, job);
        if (JobVerdict.IsFinished(job)) Finish(job, workload);
        else if (workload is null) Enter(job);
        else if (Conditions.IsTrue(workload, "Evicted") && WorkloadObject.HasQuota(workload)) Stop(job, workload);
        else if (!WorkloadObject.IsAdmitted(workload)) Hold(job, workload);
        else Release(job, workload);
        return Task.FromResult<TimeSpan?>(null);
    }

    private void Enter(JsonObject job)
    {
        Hold(job, null);
        JsonObject template = job.Part("spec", "template").Copy();
        JsonObject workload = Objects.Create(WorkloadObject.Make(Objects, job, template, Count(job)));
        Objects.Record(job, "Normal", "CreatedWorkload", $"Created Workload: {workload.Key()}", "kueue-batch/job-controller");
    }

    private void Hold(JsonObject job, JsonObject? workload)
    {
        if (job.Is("spec", "suspend")) return;
        job.Ensure("spec")["suspend"] = true;
        Objects.Update(job);
        string why = workload is null ? "Kueue managed jobs start suspended"
            : (Conditions.IsTrue(workload, "Evicted") ? Conditions.Find(workload, "Evicted") : Conditions.Find(workload, "QuotaReserved"))?.Text("message") ?? "Not admitted by cluster queue";
        Objects.Record(job, "Normal", workload is null ? "Suspended" : "Stopped", why, "kueue-batch/job-controller");
    }

    /// <summary>Evicted: the quota is given back only when the last pod has gone.</summary>
    private void Stop(JsonObject job, JsonObject workload)
    {
        Hold(job, workload);
        bool stopped = Conditions.IsTrue(job, "Suspended") && job.At("status", "startTime") is null
            && (job.Whole("status", "active") ?? 0) == 0 && (job.Whole("status", "terminating") ?? 0) == 0;
        if (!stopped) return;
        WorkloadConditions.Release(workload, Time.GetUtcNow());
        TryWrite(() => Objects.UpdateStatus(workload));
    }

    private void Release(JsonObject job, JsonObject workload)
    {
        // A job that was stopped is released only once it has been seen as never started: its nodes may change then.
        if (!job.Is("spec", "suspend") || job.At("status", "startTime") is not null) return;
        WorkloadObject.Inject(Objects, workload, job.Ensure("spec", "template", "spec"));
        job.Ensure("spec")["suspend"] = false;
        Objects.Update(job);
        Objects.Record(job, "Normal", "Started", $"Admitted by clusterQueue {workload.Text("status", "admission", "clusterQueue")}", "kueue-batch/job-controller");
    }

    private void Finish(JsonObject job, JsonObject? workload)
    {
        if (workload is null) return;
        bool success = Conditions.IsTrue(job, "Complete");
        string message = success ? "Job finished successfully" : Conditions.Find(job, "Failed")?.Text("message") ?? "Job failed";
        if (WorkloadConditions.Finish(workload, success, message, Time.GetUtcNow())) Objects.UpdateStatus(workload);
    }

    private static long Count(JsonObject job)
    {
        long parallelism = job.Whole("spec", "parallelism") ?? 1;
        return job.Whole("spec", "completions") is { } completions ? Math.Min(completions, parallelism) : parallelism;
    }
}

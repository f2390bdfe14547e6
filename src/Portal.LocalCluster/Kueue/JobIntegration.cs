using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>Jobs that name a queue.</summary>
public sealed class JobIntegration(IObjects objects, TimeProvider time, ILogger<JobIntegration> log) : QueuedIntegration(objects, time, log)
{
    public override string Name => "kueue-job";

    protected override string Resource => "jobs.batch";

    protected override string Kind => "Job";

    protected override string Component => "kueue-batch/job-controller";

    internal override IReadOnlyList<QueuedPods> Pods(JsonObject job) => [new(QueuedPods.Main, Count(job), job.Part("spec", "template").Copy())];

    protected override (bool Success, string Message)? End(JsonObject job) => !JobVerdict.IsFinished(job) ? null
        : Conditions.IsTrue(job, "Complete") ? (true, "Job finished successfully") : (false, Conditions.Find(job, "Failed")?.Text("message") ?? "Job failed");

    protected override bool IsStopped(JsonObject job) => Conditions.IsTrue(job, "Suspended") && job.At("status", "startTime") is null
        && (job.Whole("status", "active") ?? 0) == 0 && (job.Whole("status", "terminating") ?? 0) == 0;

    /// <summary>A job that was stopped is released only once it has been seen as never started: its nodes may change then.</summary>
    protected override bool IsReleasable(JsonObject job) => job.At("status", "startTime") is null;

    protected override void Place(JsonObject job, JsonObject workload) => WorkloadObject.Inject(Objects, workload, job.Ensure("spec", "template", "spec"));

    private static long Count(JsonObject job)
    {
        long parallelism = job.Whole("spec", "parallelism") ?? 1;
        return job.Whole("spec", "completions") is { } completions ? Math.Min(completions, parallelism) : parallelism;
    }
}

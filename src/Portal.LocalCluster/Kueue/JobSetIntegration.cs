using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Operators;

namespace Portal.LocalCluster.Kueue;

/// <summary>JobSets that name a queue: one Workload for all of their Jobs.</summary>
public sealed class JobSetIntegration(IObjects objects, TimeProvider time, ILogger<JobSetIntegration> log) : QueuedIntegration(objects, time, log)
{
    public override string Name => "kueue-jobset";

    protected override string Resource => JobSetNames.JobSets;

    protected override string Kind => "JobSet";

    protected override string Component => "kueue-jobset.x-k8s.io/jobset-controller";

    /// <summary>A set of pods for each group of a JobSet's Jobs.</summary>
    internal static IReadOnlyList<QueuedPods> PodsOf(JsonObject set) =>
    [
        .. set.Each("spec", "replicatedJobs").Select(group => new QueuedPods(group.Text("name") ?? "", JobSetPlan.Pods(group), group.Part("template", "spec", "template").Copy())),
    ];

    internal override IReadOnlyList<QueuedPods> Pods(JsonObject job) => PodsOf(job);

    protected override (bool Success, string Message)? End(JsonObject job) => !JobSetStatus.IsFinished(job) ? null
        : Conditions.IsTrue(job, "Completed") ? (true, Conditions.Find(job, "Completed")!.Text("message") ?? "") : (false, Conditions.Find(job, "Failed")!.Text("message") ?? "");

    protected override bool IsStopped(JsonObject job) => JobSetStatus.IsStopped(job);

    protected override void Place(JsonObject job, JsonObject workload)
    {
        foreach (JsonObject group in job.Each("spec", "replicatedJobs"))
            WorkloadObject.Inject(Objects, workload, group.Ensure("template", "spec", "template", "spec"), group.Text("name") ?? "");
    }
}

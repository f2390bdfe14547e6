using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Operators;

namespace Portal.LocalCluster.Kueue;

/// <summary>TrainJobs that name a queue: their pods are known from the runtime, and their nodes are given by a patch of it.</summary>
public sealed class TrainJobIntegration(IObjects objects, TimeProvider time, ILogger<TrainJobIntegration> log) : QueuedIntegration(objects, time, log)
{
    private const string Manager = "kueue.x-k8s.io/manager";

    public override string Name => "kueue-trainjob";

    protected override string Resource => TrainJobPlan.TrainJobs;

    protected override string Kind => "TrainJob";

    protected override string Component => "kueue-trainer.kubeflow.org/trainjob-controller";

    /// <summary>A runtime that comes after its TrainJob makes the TrainJob's status change, and so brings it back here.</summary>
    internal override IReadOnlyList<QueuedPods> Pods(JsonObject job) =>
        TrainJobPlan.Runtime(Objects, job) is { } runtime ? JobSetIntegration.PodsOf(TrainJobPlan.JobSet(job, runtime)) : [];

    protected override (bool Success, string Message)? End(JsonObject job) => !TrainJobController.IsFinished(job) ? null
        : Conditions.IsTrue(job, "Complete") ? (true, Conditions.Find(job, "Complete")!.Text("message") ?? "") : (false, Conditions.Find(job, "Failed")!.Text("message") ?? "");

    protected override bool IsStopped(JsonObject job) => TrainJobController.IsStopped(job);

    protected override void Place(JsonObject job, JsonObject workload)
    {
        Displace(job);
        JsonArray groups = [.. workload.Each("spec", "podSets").Select(set => Placed(workload, set.Text("name") ?? ""))];
        if (job.At("spec", "runtimePatches") is not JsonArray patches) job.Ensure("spec")["runtimePatches"] = patches = [];
        patches.Add(new JsonObject
        {
            ["manager"] = Manager,
            ["trainingRuntimeSpec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = new JsonObject { ["replicatedJobs"] = groups } } },
        });
    }

    protected override void Displace(JsonObject job)
    {
        if (job.Each("spec", "runtimePatches").FirstOrDefault(patch => patch.Text("manager") == Manager) is not { } own) return;
        JsonArray patches = job.Items("spec", "runtimePatches")!;
        patches.Remove(own);
        if (patches.Count == 0) job.Part("spec").Remove("runtimePatches");
    }

    private JsonObject Placed(JsonObject workload, string group)
    {
        JsonObject pod = [];
        WorkloadObject.Inject(Objects, workload, pod, group);
        return new JsonObject { ["name"] = group, ["template"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = pod } } } };
    }
}

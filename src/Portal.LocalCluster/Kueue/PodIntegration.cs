using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>Pods that name a queue themselves (notebooks, stateful sets, deployments): each is held by a gate behind its own Workload.</summary>
public sealed class PodIntegration(IObjects objects, TimeProvider time, ILogger<PodIntegration> log) : ControlLoop(objects, time, log)
{
    public override string Name => "kueue-pod";

    protected override IEnumerable<Source> Sources =>
    [
        new("pods", pod => pod.Label(KueueNames.ManagedLabel) == "true" ? [pod.Key()] : []),
        new(KueueNames.Workloads, workload => Owners.KeyOf(workload, "Pod") is { } key ? [key] : []),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        JsonObject? pod = Objects.Find("pods", path[0], path[1]);
        if (pod is null || pod.Label(KueueNames.ManagedLabel) != "true") return Task.FromResult<TimeSpan?>(null);
        JsonObject? workload = WorkloadObject.Of(Objects, pod);
        bool gated = pod.Each("spec", "schedulingGates").Any(gate => gate.Text("name") == KueueNames.Gate);
        if (PodConditions.IsTerminal(pod)) Finish(pod, workload);
        else if (pod.IsDeleting()) return Task.FromResult<TimeSpan?>(null);
        else if (workload is null && gated) Enter(pod);
        else if (workload is not null && WorkloadObject.IsAdmitted(workload) && gated) Release(pod, workload);
        else if (workload is not null && Conditions.IsTrue(workload, "Evicted") && !gated) Objects.Delete("pods", path[0], path[1]);
        return Task.FromResult<TimeSpan?>(null);
    }

    private void Enter(JsonObject pod)
    {
        JsonObject spec = pod.Part("spec").Copy();
        spec.Remove("schedulingGates");
        JsonObject template = new() { ["metadata"] = new JsonObject { ["labels"] = pod.Part("metadata", "labels").Copy() }, ["spec"] = spec };
        JsonObject workload = Objects.Create(WorkloadObject.Make(Objects, pod, [new(QueuedPods.Main, 1, template)]));
        Objects.Record(pod, "Normal", "CreatedWorkload", $"Created Workload: {workload.Key()}", "kueue-v1/pod-controller");
    }

    private void Release(JsonObject pod, JsonObject workload)
    {
        JsonObject spec = pod.Ensure("spec");
        WorkloadObject.Inject(Objects, workload, spec);
        JsonArray gates = [.. pod.Each("spec", "schedulingGates").Where(gate => gate.Text("name") != KueueNames.Gate).Select(gate => gate.Copy())];
        if (gates.Count > 0) spec["schedulingGates"] = gates;
        else spec.Remove("schedulingGates");
        if (TryWrite(() => Objects.Update(pod)))
            Objects.Record(pod, "Normal", "Started", $"Admitted by clusterQueue {workload.Text("status", "admission", "clusterQueue")}", "kueue-v1/pod-controller");
    }

    private void Finish(JsonObject pod, JsonObject? workload)
    {
        if (workload is null) return;
        bool success = pod.Text("status", "phase") == "Succeeded";
        if (WorkloadConditions.Finish(workload, success, success ? "Pods succeeded" : "Pods failed", Time.GetUtcNow())) Objects.UpdateStatus(workload);
    }
}

using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Scheduling;

/// <summary>
/// Binds pods to nodes. Every change of a pod, node or claim queues the same single pass over all unbound pods, so a pod that
/// did not fit is looked at again as soon as something leaves.
/// </summary>
public sealed class SchedulerController(IObjects objects, TimeProvider time, ILogger<SchedulerController> log) : ControlLoop(objects, time, log)
{
    private const string Component = "default-scheduler";
    private static readonly string[] OnePass = ["pass"];

    public override string Name => "scheduler";

    protected override IEnumerable<Source> Sources =>
    [
        new("pods", body => Settled(body) ? [] : OnePass),
        new("nodes", _ => OnePass),
        new("persistentvolumeclaims", _ => OnePass),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        IReadOnlyList<JsonObject> pods = Objects.List("pods");
        List<JsonObject> waiting = [.. pods
            .Where(pod => pod.Text("spec", "nodeName") is null or "" && !pod.IsDeleting() && !PodConditions.IsTerminal(pod))
            .OrderByDescending(pod => pod.Whole("spec", "priority") ?? 0)
            .ThenBy(pod => pod.Created())
            .ThenBy(pod => pod.Key(), StringComparer.Ordinal)];
        if (waiting.Count == 0) return Task.FromResult<TimeSpan?>(null);
        Dictionary<string, NodeState> nodes = Snapshot(pods);
        foreach (JsonObject pod in waiting)
        {
            if (pod.Each("spec", "schedulingGates").Any()) Refuse(pod, "SchedulingGated", "Scheduling is blocked due to non-empty scheduling gates");
            else Place(pod, nodes);
        }
        return Task.FromResult<TimeSpan?>(null);
    }

    private Dictionary<string, NodeState> Snapshot(IReadOnlyList<JsonObject> pods)
    {
        Dictionary<string, NodeState> nodes = Objects.List("nodes").Select(NodeState.From).ToDictionary(node => node.Name, StringComparer.Ordinal);
        foreach (JsonObject pod in pods)
        {
            if (pod.Text("spec", "nodeName") is { Length: > 0 } name && !PodConditions.IsTerminal(pod) && nodes.TryGetValue(name, out NodeState? node))
                node.Take(PodDemand.From(pod.Part("spec")));
        }
        return nodes;
    }

    private void Place(JsonObject pod, Dictionary<string, NodeState> nodes)
    {
        PodDemand demand = PodDemand.From(pod.Part("spec"));
        Placement placement = Placement.Decide(demand, nodes.Values, GoingClaim(pod) is { } claim ? $"persistentvolumeclaim \"{claim}\" is being deleted" : null);
        if (placement.NodeName is null)
        {
            if (Refuse(pod, "Unschedulable", placement.Message)) Objects.Record(pod, "Warning", "FailedScheduling", placement.Message, Component);
            return;
        }
        pod.Ensure("spec")["nodeName"] = placement.NodeName;
        if (!TryWrite(() => pod = Objects.Update(pod))) return;
        nodes[placement.NodeName].Take(demand);
        Objects.Record(pod, "Normal", "Scheduled", $"Successfully assigned {pod.Key()} to {placement.NodeName}", Component);
    }

    /// <summary>A claim of the pod's that is being deleted: it goes when those that have it are gone, so nobody takes it any more.</summary>
    private string? GoingClaim(JsonObject pod) => pod.Each("spec", "volumes")
        .Select(volume => volume.Text("persistentVolumeClaim", "claimName"))
        .FirstOrDefault(claim => claim is not null && Objects.Find("persistentvolumeclaims", pod.Namespace(), claim)?.IsDeleting() == true);

    private bool Refuse(JsonObject pod, string reason, string message)
    {
        if (!PodConditions.Set(pod, "PodScheduled", false, reason, message, Time.GetUtcNow())) return false;
        pod.Ensure("status")["phase"] = "Pending";
        return TryWrite(() => Objects.UpdateStatus(pod));
    }

    /// <summary>A pod that is bound and runs changes often and frees nothing: it needs no pass.</summary>
    private static bool Settled(JsonObject pod) =>
        pod.Text("spec", "nodeName") is { Length: > 0 } && !PodConditions.IsTerminal(pod) && !pod.IsDeleting();
}

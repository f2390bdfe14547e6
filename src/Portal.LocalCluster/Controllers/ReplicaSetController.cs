using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>Replica sets: as many pods of one template as asked for.</summary>
public sealed class ReplicaSetController(IObjects objects, TimeProvider time, ILogger<ReplicaSetController> log) : ControlLoop(objects, time, log)
{
    private const string Component = "replicaset-controller";
    private static readonly TimeSpan RefusedRetry = TimeSpan.FromSeconds(15);

    public override string Name => Component;

    protected override IEnumerable<Source> Sources =>
    [
        new("replicasets.apps", set => [set.Key()]),
        new("pods", pod => Owners.KeyOf(pod, "ReplicaSet") is { } key ? [key] : []),
        new("resourcequotas", quota => Objects.List("replicasets.apps", quota.Namespace()).Select(set => set.Key())),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        if (Objects.Find("replicasets.apps", path[0], path[1]) is not { } set || set.IsDeleting()) return Task.FromResult<TimeSpan?>(null);
        List<JsonObject> pods = [.. Objects.List("pods", path[0]).Where(pod => Owners.Owns(set, pod) && !pod.IsDeleting() && !PodConditions.IsTerminal(pod))];
        long wanted = set.Whole("spec", "replicas") ?? 1;
        // The youngest that is not ready goes first.
        foreach (JsonObject pod in pods.OrderBy(PodConditions.IsReady).ThenByDescending(pod => pod.Created()).Take((int)Math.Max(0, pods.Count - wanted)).ToList())
        {
            Objects.Delete("pods", pod.Namespace(), pod.Name());
            pods.Remove(pod);
            Objects.Record(set, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.Name()}", Component);
        }
        string? refusal = null;
        while (pods.Count < wanted && refusal is null) refusal = Create(set, pods);
        WriteStatus(set, pods, refusal);
        return Task.FromResult<TimeSpan?>(refusal is not null ? RefusedRetry : null);
    }

    /// <summary>Why it was refused; null when it was not.</summary>
    private string? Create(JsonObject set, List<JsonObject> pods)
    {
        try
        {
            JsonObject made = Objects.Create(PodTemplate.Make(set, set.Part("spec", "template")));
            pods.Add(made);
            Objects.Record(set, "Normal", "SuccessfulCreate", $"Created pod: {made.Name()}", Component);
            return null;
        }
        catch (ApiException refusal)
        {
            Objects.Record(set, "Warning", "FailedCreate", $"Error creating: {refusal.Message}", Component);
            return refusal.Message;
        }
    }

    private void WriteStatus(JsonObject set, List<JsonObject> pods, string? refusal)
    {
        int ready = pods.Count(PodConditions.IsReady);
        JsonObject before = set.Part("status").Copy();
        JsonObject status = set.Ensure("status");
        status["replicas"] = pods.Count;
        status["fullyLabeledReplicas"] = pods.Count;
        status["readyReplicas"] = ready;
        status["availableReplicas"] = ready;
        status["observedGeneration"] = set.Whole("metadata", "generation") ?? 1;
        if (refusal is null) Conditions.Remove(set, "ReplicaFailure");
        else Conditions.Set(set, "ReplicaFailure", true, "FailedCreate", refusal, Time.GetUtcNow());
        if (!JsonNode.DeepEquals(before, status)) Objects.UpdateStatus(set);
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>Stateful sets: numbered pods, each with claims of its own, made and replaced in order.</summary>
public sealed class StatefulSetController(IObjects objects, TimeProvider time, ILogger<StatefulSetController> log) : ControlLoop(objects, time, log)
{
    private const string Component = "statefulset-controller";
    private const string RevisionLabel = "controller-revision-hash";
    private static readonly TimeSpan RefusedRetry = TimeSpan.FromSeconds(15);

    public override string Name => Component;

    protected override IEnumerable<Source> Sources =>
    [
        new("statefulsets.apps", set => [set.Key()]),
        new("pods", pod => Owners.KeyOf(pod, "StatefulSet") is { } key ? [key] : []),
        new("resourcequotas", quota => Objects.List("statefulsets.apps", quota.Namespace()).Select(set => set.Key())),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        if (Objects.Find("statefulsets.apps", path[0], path[1]) is not { } set || set.IsDeleting()) return Task.FromResult<TimeSpan?>(null);
        SortedDictionary<int, JsonObject> pods = [];
        foreach (JsonObject pod in Objects.List("pods", path[0]).Where(pod => Owners.Owns(set, pod))) pods[Ordinal(pod)] = pod;
        string revision = $"{set.Name()}-{PodTemplate.Hash(set.Part("spec", "template"))}";
        bool refused = !Step(set, pods, revision);
        WriteStatus(set, pods.Values.Where(pod => !pod.IsDeleting()).ToList(), revision);
        return Task.FromResult<TimeSpan?>(refused ? RefusedRetry : null);
    }

    /// <summary>One step in order: make the first missing pod, or remove the last that is too many, ended or outdated. False when refused.</summary>
    private bool Step(JsonObject set, SortedDictionary<int, JsonObject> pods, string revision)
    {
        long wanted = set.Whole("spec", "replicas") ?? 1;
        bool parallel = set.Text("spec", "podManagementPolicy") == "Parallel";
        foreach (JsonObject ended in pods.Values.Where(pod => PodConditions.IsTerminal(pod) && !pod.IsDeleting())) Delete(set, ended);
        for (int ordinal = 0; ordinal < wanted; ordinal++)
        {
            if (!pods.TryGetValue(ordinal, out JsonObject? pod))
            {
                if (!Create(set, ordinal, revision, pods)) return false;
                if (!parallel) return true;
            }
            else if (!parallel && !PodConditions.IsReady(pod) && !Outdated(pod, revision))
            {
                return true;
            }
        }
        foreach (JsonObject pod in pods.Where(pair => pair.Key >= wanted && !pair.Value.IsDeleting()).Select(pair => pair.Value).Reverse())
        {
            Delete(set, pod);
            if (!parallel) return true;
        }
        if (set.Text("spec", "updateStrategy", "type") == "OnDelete" || pods.Values.Any(pod => pod.IsDeleting())) return true;
        if (pods.Values.LastOrDefault(pod => Outdated(pod, revision)) is { } outdated) Delete(set, outdated);
        return true;
    }

    private bool Create(JsonObject set, int ordinal, string revision, SortedDictionary<int, JsonObject> pods)
    {
        string name = FormattableString.Invariant($"{set.Name()}-{ordinal}");
        JsonObject pod = PodTemplate.Make(set, set.Part("spec", "template"), name);
        JsonObject labels = pod.Ensure("metadata", "labels");
        labels[RevisionLabel] = revision;
        labels["statefulset.kubernetes.io/pod-name"] = name;
        labels["apps.kubernetes.io/pod-index"] = ordinal.ToString(CultureInfo.InvariantCulture);
        pod.Ensure("spec")["hostname"] = name;
        if (set.Text("spec", "serviceName") is { Length: > 0 } service) pod.Ensure("spec")["subdomain"] = service;
        try
        {
            Claims(set, pod, name);
            pods[ordinal] = Objects.Create(pod);
            Objects.Record(set, "Normal", "SuccessfulCreate", $"create Pod {name} in StatefulSet {set.Name()} successful", Component);
            return true;
        }
        catch (ApiException refusal)
        {
            Objects.Record(set, "Warning", "FailedCreate", $"create Pod {name} in StatefulSet {set.Name()} failed error: {refusal.Message}", Component);
            return false;
        }
    }

    private void Claims(JsonObject set, JsonObject pod, string podName)
    {
        JsonObject spec = pod.Ensure("spec");
        foreach (JsonObject template in set.Each("spec", "volumeClaimTemplates"))
        {
            string claim = $"{template.Name()}-{podName}";
            if (Objects.Find("persistentvolumeclaims", set.Namespace(), claim) is null)
            {
                JsonObject metadata = template.Part("metadata").Copy();
                metadata["name"] = claim;
                metadata["namespace"] = set.Namespace();
                Objects.Create(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "PersistentVolumeClaim", ["metadata"] = metadata, ["spec"] = template.Part("spec").Copy() });
            }
            if (spec["volumes"] is not JsonArray volumes) spec["volumes"] = volumes = [];
            volumes.Add(new JsonObject { ["name"] = template.Name(), ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim } });
        }
    }

    private void Delete(JsonObject set, JsonObject pod)
    {
        Objects.Delete("pods", pod.Namespace(), pod.Name());
        Objects.Record(set, "Normal", "SuccessfulDelete", $"delete Pod {pod.Name()} in StatefulSet {set.Name()} successful", Component);
    }

    private void WriteStatus(JsonObject set, List<JsonObject> pods, string revision)
    {
        int ready = pods.Count(PodConditions.IsReady);
        int updated = pods.Count(pod => !Outdated(pod, revision));
        JsonObject before = set.Part("status").Copy();
        JsonObject status = set.Ensure("status");
        status["observedGeneration"] = set.Whole("metadata", "generation") ?? 1;
        status["replicas"] = pods.Count;
        status["readyReplicas"] = ready;
        status["availableReplicas"] = ready;
        status["updatedReplicas"] = updated;
        status["updateRevision"] = revision;
        if (updated == pods.Count || status["currentRevision"] is null) status["currentRevision"] = revision;
        status["currentReplicas"] = pods.Count(pod => pod.Label(RevisionLabel) == status.Text("currentRevision"));
        status["collisionCount"] = 0;
        if (!JsonNode.DeepEquals(before, status)) Objects.UpdateStatus(set);
    }

    private static bool Outdated(JsonObject pod, string revision) => pod.Label(RevisionLabel) != revision;

    private static int Ordinal(JsonObject pod) =>
        int.TryParse(pod.Name().AsSpan(pod.Name().LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) ? ordinal : int.MaxValue;
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Testing.Schemas;

/// <summary>
/// The rules that no schema says: the expressions (CEL) in the definitions, and what the API server and the operators' webhooks
/// ask of a new object, as far as the portal makes such objects. Each names the kind it holds for.
/// </summary>
internal static partial class KindRules
{
    private static readonly (string Kind, string Problem, Func<JsonObject, bool> Holds)[] Rules =
    [
        ("ResourceFlavor", "spec.nodeTaints: an effect is none of NoSchedule, PreferNoSchedule, NoExecute", f => Items(f, "spec", "nodeTaints").All(HasEffect)),
        ("ResourceFlavor", "spec.tolerations: without a key the operator must be Exists", f => Items(f, "spec", "tolerations").All(t => t["key"] is not null || Text(t, "operator") == "Exists")),
        ("ResourceFlavor", "spec.tolerations: with Exists there must be no value", f => Items(f, "spec", "tolerations").All(t => Text(t, "operator") != "Exists" || t["value"] is null)),
        ("ResourceFlavor", "spec: a topology needs node labels", f => At(f, "spec", "topologyName") is null || At(f, "spec", "nodeLabels") is JsonObject { Count: > 0 }),
        ("Topology", "spec.levels: a label twice", t => Items(t, "spec", "levels").Select(l => Text(l, "nodeLabel")).Distinct().Count() == Items(t, "spec", "levels").Count()),
        ("Topology", "spec.levels: the host name may only come last", t => Items(t, "spec", "levels").SkipLast(1).All(l => Text(l, "nodeLabel") != "kubernetes.io/hostname")),
        ("ClusterQueue", "spec.resourceGroups: limits need a cohort", q => Text(q, "spec", "cohortName").Length + Text(q, "spec", "cohort").Length > 0 || Quotas(q).All(r => r["borrowingLimit"] is null && r["lendingLimit"] is null)),
        ("ClusterQueue", "spec.resourceGroups: a flavor lists its resources in the order of coveredResources", q => Items(q, "spec", "resourceGroups").All(g =>
            Items(g, "flavors").All(f => Items(f, "resources").Select(r => Text(r, "name")).SequenceEqual((g["coveredResources"] as JsonArray ?? []).Select(c => c!.ToString()))))),
        ("ClusterQueue", "spec.resourceGroups: a resource in two groups", q => Distinct(Items(q, "spec", "resourceGroups").SelectMany(g => (g["coveredResources"] as JsonArray ?? []).Select(c => c!.ToString())))),
        ("ClusterQueue", "spec.resourceGroups: a flavor in two groups", q => Distinct(Items(q, "spec", "resourceGroups").SelectMany(g => Items(g, "flavors").Select(f => Text(f, "name"))))),
        ("HardwareProfile", "spec.scheduling: Queue goes with kueue alone", p => Text(p, "spec", "scheduling", "type") != "Queue"
            || (At(p, "spec", "scheduling", "kueue", "localQueueName") is not null && At(p, "spec", "scheduling", "node") is null)),
        ("HardwareProfile", "spec.scheduling: Node goes with node alone", p => Text(p, "spec", "scheduling", "type") != "Node"
            || (At(p, "spec", "scheduling", "node") is not null && At(p, "spec", "scheduling", "kueue") is null)),
        ("TrainJob", "metadata.name: must begin with a letter and have at most 63 characters", t => Rfc1035().IsMatch(Text(t, "metadata", "name"))),
        ("TrainingRuntime", "spec.mlPolicy: more than one framework", r => At(r, "spec", "mlPolicy") is not JsonObject policy
            || policy.Count(p => p.Key is "torch" or "mpi" or "jax" or "xgboost" or "flux") <= 1),
        ("TrainingRuntime", "spec.template: no job is the trainer", r => Items(r, "spec", "template", "spec", "replicatedJobs").Any(j =>
            Text(j, "template", "metadata", "labels", "trainer.kubeflow.org/trainjob-ancestor-step") == "trainer")),
        ("JobSet", "metadata.name: the names of its pods would be too long", s => Items(s, "spec", "replicatedJobs").All(j =>
            Text(s, "metadata", "name").Length + 1 + Text(j, "name").Length + "-0-00-abcde".Length <= 63)),
        ("JobSet", "spec: startupPolicy InOrder and dependsOn exclude each other", s => Text(s, "spec", "startupPolicy", "startupPolicyOrder") != "InOrder"
            || Items(s, "spec", "replicatedJobs").All(j => j["dependsOn"] is null)),
        ("PyTorchJob", "spec.pytorchReplicaSpecs: a Master brings a container of the operator's own, which \"restricted\" refuses", j =>
            At(j, "spec", "pytorchReplicaSpecs", "Master") is null && Number(j, 0, "spec", "pytorchReplicaSpecs", "Worker", "replicas") > 0),
        ("PyTorchJob", "spec.pytorchReplicaSpecs: a replica without a container named pytorch", j => (At(j, "spec", "pytorchReplicaSpecs") as JsonObject ?? []).All(r =>
            Items(r.Value, "template", "spec", "containers").Any(c => Text(c, "name") == "pytorch"))),
        ("RayJob", "metadata.name: at most 47 characters", j => Text(j, "metadata", "name").Length <= 47),
        ("Notebook", "spec.template.spec.containers: the first one is not named as the Notebook", n =>
            Text(Items(n, "spec", "template", "spec", "containers").FirstOrDefault(), "name") == Text(n, "metadata", "name")),
        ("InferenceService", "spec.predictor: more replicas at least than at most", s => Number(s, 1, "spec", "predictor", "minReplicas") <= Number(s, int.MaxValue, "spec", "predictor", "maxReplicas")),
        ("ServingRuntime", "spec.containers: none is named kserve-container", r => Items(r, "spec", "containers").Any(c => Text(c, "name") == "kserve-container")),
        ("Route", "spec.tls: passthrough cannot allow insecure traffic", r => Text(r, "spec", "tls", "termination") != "passthrough" || Text(r, "spec", "tls", "insecureEdgeTerminationPolicy") != "Allow"),
        ("Route", "spec.port.targetPort: a number is the pods' port, not the Service's: a name is the same for both", r => At(r, "spec", "port", "targetPort")?.GetValueKind() is null or JsonValueKind.String),
        ("HTTPRoute", "spec.parentRefs: without a section it attaches to every listener, also to one without TLS", r => Items(r, "spec", "parentRefs").All(p => Text(p, "sectionName").Length > 0)),
        ("HTTPRoute", "spec.rules: a Service needs a port", r => Backends(r).All(b => Text(b, "kind") is not ("" or "Service") || b["port"] is not null)),
        ("HTTPRoute", "spec.rules: a path must begin with a slash", r => Items(r, "spec", "rules").SelectMany(x => Items(x, "matches"))
            .All(m => m["path"] is null || Text(m, "path", "value").StartsWith('/'))),
        ("HTTPRoute", "spec.rules: all weights are zero", r => Items(r, "spec", "rules").All(x => !Items(x, "backendRefs").Any() || Items(x, "backendRefs").Any(b => Number(b, 1, "weight") > 0))),
        ("PrometheusRule", "spec.groups: a rule is an alert or a record", p => Items(p, "spec", "groups").SelectMany(g => Items(g, "rules")).All(r => r["alert"] is null != r["record"] is null)),
        ("PrometheusRule", "spec.groups: a name twice", p => Distinct(Items(p, "spec", "groups").Select(g => Text(g, "name")))),
        ("KafkaTopic", "metadata.labels: strimzi.io/cluster is required", HasKafkaCluster),
        ("KafkaUser", "metadata.labels: strimzi.io/cluster is required", HasKafkaCluster),
        ("Secret", "data: a Docker configuration must be JSON", s => Text(s, "type") != "kubernetes.io/dockerconfigjson" || IsJson(Text(s, "data", ".dockerconfigjson"))),
        ("HorizontalPodAutoscaler", "spec: more replicas at least than at most", h => Number(h, 1, "spec", "minReplicas") <= Number(h, 0, "spec", "maxReplicas")),
        ("Deployment", "spec.selector: does not select its own pods", SelectsItsPods),
        ("StatefulSet", "spec.selector: does not select its own pods", SelectsItsPods),
        ("Job", "spec.template: restartPolicy must be Never or OnFailure", j => Text(j, "spec", "template", "spec", "restartPolicy") is "Never" or "OnFailure"),
        ("Job", "spec: an indexed Job says how many completions", j => Text(j, "spec", "completionMode") != "Indexed" || At(j, "spec", "completions") is not null),
    ];

    public static IEnumerable<string> Problems(JsonObject manifest)
    {
        var kind = Text(manifest, "kind");
        return Rules.Where(r => r.Kind == kind && !r.Holds(manifest)).Select(r => r.Problem)
            .Concat(PodTemplates.Of(manifest).SelectMany(t => PodTemplates.Problems(t.Path, t.Spec)));
    }

    internal static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            node = node is JsonObject o ? o[name] : null;
        return node;
    }

    internal static string Text(JsonNode? node, params ReadOnlySpan<string> path) => At(node, path)?.ToString() ?? "";

    internal static IEnumerable<JsonObject> Items(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonArray array ? array.OfType<JsonObject>() : [];

    private static long Number(JsonNode? node, long absent, params ReadOnlySpan<string> path) =>
        long.TryParse(Text(node, path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : absent;

    private static bool HasEffect(JsonObject taint) => Text(taint, "effect") is "NoSchedule" or "PreferNoSchedule" or "NoExecute";

    private static IEnumerable<JsonObject> Quotas(JsonObject queue) =>
        Items(queue, "spec", "resourceGroups").SelectMany(g => Items(g, "flavors")).SelectMany(f => Items(f, "resources"));

    private static IEnumerable<JsonObject> Backends(JsonObject route) => Items(route, "spec", "rules").SelectMany(r => Items(r, "backendRefs"));

    private static bool HasKafkaCluster(JsonObject entity) => Text(entity, "metadata", "labels", "strimzi.io/cluster").Length > 0;

    private static bool SelectsItsPods(JsonObject workload) => At(workload, "spec", "selector", "matchLabels") is JsonObject { Count: > 0 } selector
        && selector.All(s => Text(workload, "spec", "template", "metadata", "labels", s.Key) == s.Value!.ToString());

    private static bool Distinct(IEnumerable<string> values) => values.GroupBy(v => v).All(g => g.Count() == 1);

    private static bool IsJson(string base64)
    {
        try
        {
            using var _ = JsonDocument.Parse(Convert.FromBase64String(base64));
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^[a-z]([-a-z0-9]{0,61}[a-z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Rfc1035();
}

using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Testing.Schemas;

namespace Portal.Core.Tests.Schemas;

/// <summary>The rules beyond the schemas, each on a golden object that is spoilt in one place.</summary>
public class KindRulesTests
{
    [Theory]
    [InlineData("Platform/published-Route", "Route", "spec.tls", """{"termination":"passthrough","insecureEdgeTerminationPolicy":"Allow"}""", "passthrough cannot allow")]
    [InlineData("Platform/published-Route", "Route", "spec.port.targetPort", "80", "a number is the pods' port")]
    [InlineData("Platform/published-HTTPRoute", "HTTPRoute", "spec.parentRefs", """[{"name":"public"}]""", "every listener")]
    [InlineData("Platform/published-HTTPRoute", "HTTPRoute", "spec.rules[0].backendRefs", """[{"name":"x"}]""", "a Service needs a port")]
    [InlineData("Platform/published-HTTPRoute", "HTTPRoute", "spec.rules[0].backendRefs", """[{"name":"x","port":80,"weight":0}]""", "all weights are zero")]
    [InlineData("Platform/published-HTTPRoute", "HTTPRoute", "spec.rules[0].matches", """[{"path":{"value":"v2"}}]""", "must begin with a slash")]
    [InlineData("Platform/hardware-profile-v1", "HardwareProfile", "spec.scheduling.node", """{"nodeSelector":{}}""", "Queue goes with kueue alone")]
    [InlineData("Platform/hardware-profile-v1alpha1", "HardwareProfile", "spec.scheduling.kueue", """{"localQueueName":"x"}""", "Node goes with node alone")]
    [InlineData("Platform/kueue-platform-v1beta2", "Topology", "spec.levels", """[{"nodeLabel":"kubernetes.io/hostname"},{"nodeLabel":"a"}]""", "may only come last")]
    [InlineData("Platform/kueue-platform-v1beta2", "Topology", "spec.levels", """[{"nodeLabel":"a"},{"nodeLabel":"a"}]""", "a label twice")]
    [InlineData("Platform/alerts", "PrometheusRule", "spec.groups[0].rules[0].record", "\"a:b\"", "an alert or a record")]
    [InlineData("Platform/kafka-v1", "KafkaTopic", "metadata.labels", """{"a":"b"}""", "strimzi.io/cluster is required")]
    [InlineData("Platform/kafka-v1", "KafkaUser", "metadata.labels", """{"a":"b"}""", "strimzi.io/cluster is required")]
    [InlineData("Platform/connections", "Secret", "data", """{".dockerconfigjson":"bm8="}""", "must be JSON", "registry")]
    [InlineData("Projects/project-large", "ClusterQueue", "spec.cohortName", null, "limits need a cohort")]
    [InlineData("Projects/project-large", "ClusterQueue", "spec.resourceGroups[0].coveredResources", """["memory","cpu"]""", "in the order of coveredResources")]
    [InlineData("Training/training-trainjob", "TrainJob", "metadata.name", "\"1-run\"", "begin with a letter")]
    [InlineData("Training/training-trainjob", "TrainingRuntime", "spec.mlPolicy", """{"torch":{},"mpi":{}}""", "more than one framework")]
    [InlineData("Training/training-trainjob", "TrainingRuntime", "spec.template.spec.replicatedJobs[0].template.metadata", """{"labels":{}}""", "no job is the trainer")]
    [InlineData("Training/training-jobset", "JobSet", "metadata.name", "\"a23456789-123456789-123456789-123456789-123456789-123456789\"", "would be too long")]
    [InlineData("Training/training-pytorchjob", "PyTorchJob", "spec.pytorchReplicaSpecs.Worker.template.spec.containers[0].name", "\"main\"", "named pytorch")]
    [InlineData("Training/training-pytorchjob", "PyTorchJob", "spec.pytorchReplicaSpecs.Master", """{"replicas":1,"template":{"spec":{"containers":[{"name":"pytorch"}]}}}""", "container of the operator's own")]
    [InlineData("Training/training-rayjob", "RayJob", "metadata.name", "\"a23456789-123456789-123456789-123456789-12345678\"", "at most 47")]
    [InlineData("Training/training-plain", "Job", "spec.template.spec.restartPolicy", "\"Always\"", "Never or OnFailure")]
    [InlineData("Training/training-indexed-job", "Job", "spec.completions", null, "how many completions")]
    [InlineData("Notebooks/notebook-full", "Notebook", "spec.template.spec.containers[0].name", "\"main\"", "not named as the Notebook")]
    [InlineData("Notebooks/notebook-plain", "StatefulSet", "spec.selector.matchLabels.app", "\"other\"", "does not select its own pods")]
    [InlineData("Notebooks/notebook-plain", "StatefulSet", "spec.template.spec.volumes", "[]", "which is no volume")]
    [InlineData("Notebooks/notebook-plain", "StatefulSet", "spec.template.spec.volumes[0].emptyDir", "{}", "not exactly one source")]
    [InlineData("Notebooks/notebook-plain", "StatefulSet", "spec.template.spec.containers[0].env[0].name", "\"1=2\"", "no name of a variable")]
    [InlineData("Notebooks/notebook-plain", "StatefulSet", "spec.template.spec.containers[0].resources.limits.cpu", "\"100m\"", "asks for 500m of cpu and may have 100m")]
    [InlineData("Serving/serving-kserve", "InferenceService", "spec.predictor.minReplicas", "9", "more replicas at least")]
    [InlineData("Serving/serving-kserve", "ServingRuntime", "spec.containers[0].name", "\"main\"", "kserve-container")]
    [InlineData("Serving/serving-plain", "HorizontalPodAutoscaler", "spec.minReplicas", "9", "more replicas at least")]
    [InlineData("Serving/serving-plain", "Deployment", "spec.template.metadata.labels", "{}", "does not select its own pods")]
    [InlineData("Serving/serving-plain", "Service", "metadata.namespace", null, "metadata.namespace: is required")]
    [InlineData("Serving/serving-plain", "Service", "metadata.name", "\"Credit_Scorer\"", "is no name of a Service")]
    [InlineData("Serving/serving-plain", "Service", "spec.ports", """[{"name":"http"}]""", "an entry without port")]
    [InlineData("Serving/serving-plain", "Service", "metadata.labels.app", "\"a b\"", "is no label value")]
    [InlineData("Serving/serving-plain", "Deployment", "metadata.annotations", """{"a b":"x"}""", "is no key")]
    public void Problems_GoldenObjectSpoiltInOnePlace_NameIt(string golden, string kind, string path, string? value, string problem, string? name = null)
    {
        var manifest = Golden(golden).First(o => o.Text("kind") == kind && (name is null || o.Name() == name)).DeepClone().AsObject();
        Assert.Empty(KubernetesSchemas.Problems(manifest));

        Set(manifest, path, value);

        Assert.Contains(KubernetesSchemas.Problems(manifest), p => p.Contains(problem, StringComparison.Ordinal));
    }

    private static IEnumerable<JsonNode> Golden(string name)
    {
        var parts = name.Split('/');
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(Here()))!;
        return JsonNode.Parse(File.ReadAllText(Path.Combine(folder, parts[0], "Golden", parts[1] + ".json")))!.AsArray().Select(o => o!);
    }

    private static string Here([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

    private static void Set(JsonObject manifest, string path, string? value)
    {
        JsonNode node = manifest;
        var steps = path.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        foreach (var step in steps[..^1])
            node = step[0] == '[' ? node[int.Parse(step[1..^1], System.Globalization.CultureInfo.InvariantCulture)]! : node[step]!;
        if (value is null)
            node.AsObject().Remove(steps[^1]);
        else
            node[steps[^1]] = JsonNode.Parse(value);
    }
}

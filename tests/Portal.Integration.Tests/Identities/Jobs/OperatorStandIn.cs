using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Training;
using Portal.Integration.Tests.Workloads;
using static Portal.Integration.Tests.Identities.Jobs.Asked;

namespace Portal.Integration.Tests.Identities.Jobs;

/// <summary>
/// Serves operators' kinds in a cluster that has not the operators, and does by hand what those do: makes the pod that runs
/// the program, and writes the status of what the portal made.
/// </summary>
internal sealed class OperatorStandIn(ChartStage chart)
{
    public static async Task<OperatorStandIn> ServeAsync(ChartStage chart, IEnumerable<ResourceType> kinds)
    {
        foreach (var kind in kinds)
            await chart.MustAsync("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", OperatorKinds.Definition(kind).ToJsonString());
        return new OperatorStandIn(chart);
    }

    /// <summary>Makes the pod of an object and says that it runs.</summary>
    public async Task BeginAsync(ObjectKey key)
    {
        var made = (await chart.MustAsync("GET", PathOf(key))).AsObject();
        var pod = Pod(key, made);
        if (key.Type == TrainingKinds.RayJob)
            pod["spec"]!["containers"]![0]!["args"] = await ArgumentsAsync(key, made);
        await chart.MustAsync("POST", PodsOf(key), pod.ToJsonString());
        await SayAsync(key, key.Type == TrainingKinds.RayJob
            ? new JsonObject { ["jobDeploymentStatus"] = "Running", ["jobStatus"] = "RUNNING" } : Conditions("Running"));
    }

    /// <summary>Says that an object has ended once its pod has.</summary>
    public async Task EndAsync(ObjectKey key)
    {
        JsonNode? pod = null;
        await UntilAsync(async () => (pod = await chart.MustAsync("GET", $"{PodsOf(key)}/{key.Name}-0")).Text("status", "phase") == "Succeeded",
            () => $"the pod has ended: {pod.At("status")?.ToJsonString()}");
        await SayAsync(key, key.Type == TrainingKinds.RayJob
            ? new JsonObject { ["jobDeploymentStatus"] = "Complete", ["jobStatus"] = "SUCCEEDED" } : Conditions("Succeeded"));
    }

    // The submitter has Ray run a line that names a file of words. The embedded cluster's image is the Python that the line begins with,
    // and its processes find their volumes by paths among their arguments alone.
    private async Task<JsonArray> ArgumentsAsync(ObjectKey key, JsonObject made)
    {
        var launcher = made.Text("spec", "entrypoint")!.Split(' ')[1];
        var files = await chart.MustAsync("GET", $"/{Kinds.ConfigMap.Path(key.Namespace)}/{key.Name}");
        var words = JsonNode.Parse(files.Text("data", "words.json")!)!.AsArray();
        return new JsonArray([launcher, .. words.Select(w => w!.DeepClone())]);
    }

    private Task SayAsync(ObjectKey key, JsonObject status) => chart.MustAsync("PATCH", PathOf(key) + "/status", new JsonObject { ["status"] = status }.ToJsonString());

    private static JsonObject Pod(ObjectKey key, JsonObject made)
    {
        var pod = (JsonObject)(key.Type == TrainingKinds.RayJob
            ? made.At("spec", "submitterPodTemplate") : made.At("spec", "pytorchReplicaSpecs", "Worker", "template"))!.DeepClone();
        pod["metadata"]!["name"] = key.Name + "-0";
        pod["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = key.Type.ApiVersion,
            ["kind"] = key.Type.Kind,
            ["name"] = key.Name,
            ["uid"] = made.Text("metadata", "uid"),
            ["controller"] = true,
        });
        pod["spec"]!["restartPolicy"] = "Never";
        if (key.Type == TrainingKinds.PyTorchJob)
            pod["metadata"]!["labels"]!["training.kubeflow.org/replica-index"] = "0";
        return pod;
    }

    private static JsonObject Conditions(string type) => new()
    {
        ["conditions"] = new JsonArray(new JsonObject { ["type"] = type, ["status"] = "True", ["reason"] = "PyTorchJob" + type }),
    };

    private static string PathOf(ObjectKey key) => $"/{key.Type.Path(key.Namespace)}/{key.Name}";

    private static string PodsOf(ObjectKey key) => "/" + Kinds.Pod.Path(key.Namespace);
}

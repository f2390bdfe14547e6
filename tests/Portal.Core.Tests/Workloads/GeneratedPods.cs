using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Testing.Schemas;

namespace Portal.Core.Tests.Workloads;

/// <summary>The pods that objects end in, where their controllers put them together from two places.</summary>
internal static class GeneratedPods
{
    public static IReadOnlyList<(string What, JsonObject Spec)> Of(IReadOnlyList<JsonObject> objects)
    {
        var pods = new List<(string, JsonObject)>();
        foreach (var made in objects)
        {
            var kind = made.Text("kind")!;
            if (kind == "InferenceService")
                pods.Add((kind, Predictor(made, objects.Single(o => o.Text("kind") == "ServingRuntime"))));
            else if (kind == "PipelineRun")
                pods.AddRange(made.Items("spec", "pipelineSpec", "tasks").Select(t => (kind, Step(made, t))));
            else if (kind != "ServingRuntime")
                pods.AddRange(PodTemplates.Of(made).Select(t => ($"{kind} {t.Path}", t.Spec.DeepClone().AsObject())));
        }
        return pods;
    }

    // KServe lays the predictor's model over the runtime's container of its name, and the predictor's pod around both.
    private static JsonObject Predictor(JsonObject service, JsonObject runtime)
    {
        var pod = service["spec"]!["predictor"]!.DeepClone().AsObject();
        var container = runtime["spec"]!["containers"]![0]!.DeepClone().AsObject();
        foreach (var field in new[] { "resources", "securityContext" })
            container[field] = pod["model"]![field]?.DeepClone();
        pod.Remove("model");
        pod["containers"] = new JsonArray(container);
        return pod;
    }

    // Tekton makes one pod of a task's steps, in the pod that the run describes.
    private static JsonObject Step(JsonObject run, JsonNode task)
    {
        var pod = run["spec"]!["taskRunTemplate"]!["podTemplate"]!.DeepClone().AsObject();
        pod["serviceAccountName"] = run.Text("spec", "taskRunTemplate", "serviceAccountName");
        pod["volumes"] = task["taskSpec"]!["volumes"]!.DeepClone();
        pod["containers"] = new JsonArray([.. task.Items("taskSpec", "steps").Select(s =>
        {
            var container = s.DeepClone().AsObject();
            container["resources"] = container["computeResources"]!.DeepClone();
            return container;
        })]);
        return pod;
    }
}

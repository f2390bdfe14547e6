using System.Text.Json.Nodes;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Workloads;

namespace Portal.Core.Pipelines;

/// <summary>A run of steps, each after those that it names.</summary>
/// <param name="Owner">The row that it carries out.</param>
/// <param name="ObjectName">Name of its object.</param>
/// <param name="DisplayName">What people call it.</param>
public sealed record PipelineSpec(ReconcileOwner Owner, string ObjectName, string DisplayName, IReadOnlyList<PipelineStep> Steps)
{
    /// <summary>Minutes for all of it.</summary>
    public int TimeLimitMinutes { get; init; } = 60;
}

/// <summary>One step: a container that ends.</summary>
/// <param name="Name">Name among the steps, a DNS label.</param>
/// <param name="Command">Program and arguments; no shell reads them.</param>
/// <param name="After">Names of the steps that must have succeeded before.</param>
public sealed record PipelineStep(string Name, string Image, IReadOnlyList<string> Command, WorkloadSize Size, IReadOnlyList<string> After);

/// <summary>A pipeline as Tekton's PipelineRun; there is no plain rendering, an installation without Tekton offers none. Pure.</summary>
public static class PipelineRunManifests
{
    /// <summary>Tekton's PipelineRun.</summary>
    public static readonly ResourceType Kind = new("tekton.dev", "v1", "pipelineruns", "PipelineRun");

    /// <summary>The run, which has its steps within it.</summary>
    public static JsonObject For(PipelineSpec pipeline, WorkloadPlace place)
    {
        var made = Manifest.Create(Kind, place.Namespace, pipeline.ObjectName, pipeline.Owner)
            .WithAnnotation("opendatahub.io/display-name", pipeline.DisplayName)
            .Queued(place, PriorityClass.Production);
        return made.With("spec", new JsonObject
        {
            ["timeouts"] = new JsonObject { ["pipeline"] = $"{pipeline.TimeLimitMinutes / 60}h{pipeline.TimeLimitMinutes % 60}m0s" },
            ["taskRunTemplate"] = new JsonObject
            {
                ["serviceAccountName"] = ProjectManifests.ServiceAccountName,
                ["podTemplate"] = PodTemplate(place),
            },
            ["pipelineSpec"] = new JsonObject { ["tasks"] = new JsonArray([.. pipeline.Steps.Select(s => Task(s, place))]) },
        });
    }

    // Tekton's own containers beside the steps are made to fit by its setting "set-security-context".
    private static JsonObject PodTemplate(WorkloadPlace place)
    {
        var pod = RestrictedPod.Spec(new JsonObject(), place.Claim, place.FileGroup, null);
        return new JsonObject
        {
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
            ["securityContext"] = pod["securityContext"]!.DeepClone(),
        };
    }

    private static JsonObject Task(PipelineStep step, WorkloadPlace place)
    {
        var pod = RestrictedPod.Spec(new JsonObject(), place.Claim, place.FileGroup, null);
        var container = RestrictedPod.Container("run", step.Image, step.Size, [], null, 0);
        // A step names its amounts differently from a container.
        container["computeResources"] = container["resources"]!.DeepClone();
        container.Remove("resources");
        container["command"] = new JsonArray([.. step.Command.Select(w => (JsonNode)w)]);
        var task = new JsonObject
        {
            ["name"] = step.Name,
            ["taskSpec"] = new JsonObject { ["steps"] = new JsonArray(container), ["volumes"] = pod["volumes"]!.DeepClone() },
        };
        if (step.After.Count > 0)
            task["runAfter"] = new JsonArray([.. step.After.Select(a => (JsonNode)a)]);
        return task;
    }
}

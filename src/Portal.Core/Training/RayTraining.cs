using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>A run as a RayJob: a Ray cluster of its nodes, which goes when the program has ended. Pure.</summary>
internal static class RayTraining
{
    /// <summary>The RayJob.</summary>
    public static IEnumerable<JsonObject> RayJob(TrainingSpec spec)
    {
        var cluster = new JsonObject
        {
            ["headGroupSpec"] = new JsonObject
            {
                ["rayStartParams"] = new JsonObject { ["dashboard-host"] = "0.0.0.0" },
                ["template"] = TrainingPod.Template(spec, TrainingPod.Container(spec, "ray-head"), restartPolicy: null),
            },
        };
        if (spec.Run.Nodes > 1)
        {
            cluster["workerGroupSpecs"] = new JsonArray(new JsonObject
            {
                ["groupName"] = "nodes",
                ["replicas"] = spec.Run.Nodes - 1,
                ["minReplicas"] = spec.Run.Nodes - 1,
                ["maxReplicas"] = spec.Run.Nodes - 1,
                ["rayStartParams"] = new JsonObject(),
                ["template"] = TrainingPod.Template(spec, TrainingPod.Container(spec, "ray-worker"), restartPolicy: null),
            });
        }
        yield return TrainingManifests.CreateQueued(TrainingKinds.RayJob, spec).With("spec", new JsonObject
        {
            ["entrypoint"] = TrainingPod.ShellLine(spec),
            ["submissionMode"] = "K8sJobMode",
            ["shutdownAfterJobFinishes"] = true,
            ["activeDeadlineSeconds"] = spec.Run.TimeLimitMinutes * 60,
            ["backoffLimit"] = 0,
            ["rayClusterSpec"] = cluster,
            ["submitterPodTemplate"] = Submitter(spec),
        });
    }

    // The operator would make one, but not as Pod Security "restricted" asks. It only passes the program on and shows its log.
    private static JsonObject Submitter(TrainingSpec spec)
    {
        var container = TrainingPod.Container(spec, "ray-job-submitter");
        container["resources"] = new JsonObject
        {
            ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "512Mi" },
            ["limits"] = new JsonObject { ["cpu"] = "1", ["memory"] = "1Gi" },
        };
        return TrainingPod.Template(spec with { Accelerator = null }, container);
    }
}

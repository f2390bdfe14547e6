using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>A run as Kubeflow's TrainJob, and as the PyTorchJob of clusters that have only the older operator. Pure.</summary>
internal static class KubeflowTraining
{
    // Trainer finds the node by these names.
    private const string Node = "node";

    private const string Limit = "activeDeadlineSeconds";

    /// <summary>
    /// The TrainJob and a TrainingRuntime of its own. The runtime holds the pod, under Pod Security "restricted", which no
    /// runtime that a cluster ships with satisfies; so neither runtimePatches nor the older podTemplateOverrides are needed,
    /// and the same two objects are right for every version of Trainer, but for the limit: see <see cref="DropUnknownLimit"/>.
    /// </summary>
    public static IEnumerable<JsonObject> TrainJob(TrainingSpec spec)
    {
        var container = TrainingPod.Container(spec, Node).With(TrainingPod.Rank(spec, TrainingPod.RankOfIndexedJob));
        var trainer = TrainingPod.Program(spec);
        trainer["image"] = spec.ImageReference;
        trainer["numNodes"] = spec.Run.Nodes;
        // Left out, Trainer starts one for each core where no resource is named like a GPU.
        if (spec.Run.Framework == TrainingFramework.Torch)
            trainer["numProcPerNode"] = spec.Processes;
        trainer["resourcesPerNode"] = container["resources"]!.DeepClone();
        trainer["env"] = container["env"]!.DeepClone();
        container.Remove("env");

        yield return TrainingManifests.Create(TrainingKinds.TrainingRuntime, spec).WithLabel("trainer.kubeflow.org/framework", Framework(spec))
            .With("spec", new JsonObject
            {
                ["mlPolicy"] = Policy(spec),
                ["template"] = new JsonObject { ["spec"] = new JsonObject { ["replicatedJobs"] = new JsonArray(ReplicatedJob(spec, container)) } },
            });
        yield return TrainingManifests.CreateQueued(TrainingKinds.TrainJob, spec).With("spec", new JsonObject
        {
            ["runtimeRef"] = new JsonObject
            {
                ["apiGroup"] = TrainingKinds.TrainingRuntime.Group,
                ["kind"] = TrainingKinds.TrainingRuntime.Kind,
                ["name"] = spec.Run.ObjectName,
            },
            ["trainer"] = trainer,
            [Limit] = spec.Run.TimeLimitMinutes * 60,
        });
    }

    /// <summary>
    /// Takes the time limit out of a TrainJob that a cluster refused because its Trainer is older than the field (before 2.2). The
    /// Jobs below it carry the same limit in every version.
    /// </summary>
    /// <param name="refusal">What the cluster said.</param>
    /// <returns>True when that was the reason and the object is worth another try.</returns>
    public static bool DropUnknownLimit(JsonObject manifest, string refusal) =>
        manifest.Text("kind") == TrainingKinds.TrainJob.Kind
        && refusal.Contains($".spec.{Limit}: field not declared in schema", StringComparison.Ordinal)
        && manifest["spec"]!.AsObject().Remove(Limit);

    /// <summary>
    /// The PyTorchJob: workers alone, which meet by torchrun's own rendezvous. With a master the operator would put a container of
    /// its own before each worker, which Pod Security "restricted" refuses.
    /// </summary>
    public static IEnumerable<JsonObject> PyTorchJob(TrainingSpec spec)
    {
        var container = TrainingPod.ProgramContainer(spec, "pytorch")
            .With(TrainingPod.Rank(spec, "metadata.labels['training.kubeflow.org/replica-index']"));
        container["ports"] = new JsonArray(new JsonObject
        {
            ["name"] = "pytorchjob-port",
            ["containerPort"] = TrainingPod.MasterPort,
            ["protocol"] = "TCP",
        });
        yield return TrainingManifests.CreateQueued(TrainingKinds.PyTorchJob, spec).With("spec", new JsonObject
        {
            ["runPolicy"] = new JsonObject
            {
                [Limit] = spec.Run.TimeLimitMinutes * 60,
                ["backoffLimit"] = 0,
                ["cleanPodPolicy"] = "None",
            },
            ["elasticPolicy"] = new JsonObject
            {
                ["minReplicas"] = spec.Run.Nodes,
                ["maxReplicas"] = spec.Run.Nodes,
                ["maxRestarts"] = 0,
                ["rdzvBackend"] = "c10d",
                ["nProcPerNode"] = spec.Processes,
            },
            ["pytorchReplicaSpecs"] = new JsonObject
            {
                ["Worker"] = new JsonObject
                {
                    ["replicas"] = spec.Run.Nodes,
                    ["restartPolicy"] = "Never",
                    ["template"] = TrainingPod.Template(spec, container, restartPolicy: null),
                },
            },
        });
    }

    private static JsonObject ReplicatedJob(TrainingSpec spec, JsonObject container) => new()
    {
        ["name"] = Node,
        ["template"] = new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["trainer.kubeflow.org/trainjob-ancestor-step"] = "trainer" } },
            ["spec"] = JobTraining.Limits(spec).With("template", TrainingPod.Template(spec, container)),
        },
    };

    private static JsonObject Policy(TrainingSpec spec)
    {
        var policy = new JsonObject { ["numNodes"] = spec.Run.Nodes };
        if (spec.Run.Framework == TrainingFramework.Torch)
            policy["torch"] = new JsonObject();
        return policy;
    }

    private static string Framework(TrainingSpec spec) => spec.Run.Framework == TrainingFramework.Torch ? "torch" : "plainml";
}

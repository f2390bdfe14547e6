using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>A run as a Job, and on several nodes as an indexed Job or a JobSet. Pure.</summary>
internal static class JobTraining
{
    private const string ContainerName = "training";
    private const string NodeJob = "node";

    /// <summary>The Job; on several nodes with a Service before it that gives each node a name.</summary>
    public static IEnumerable<JsonObject> Job(TrainingSpec spec)
    {
        var name = spec.Run.ObjectName;
        if (spec.IsDistributed)
        {
            yield return TrainingManifests.Create(Kinds.Service, spec).With("spec", new JsonObject
            {
                ["clusterIP"] = "None",
                // The nodes look for each other before any of them is ready.
                ["publishNotReadyAddresses"] = true,
                ["selector"] = TrainingPod.Labels(spec),
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "rendezvous", ["port"] = TrainingPod.MasterPort, ["protocol"] = "TCP" }),
            });
        }
        var job = JobSpec(spec, spec.IsDistributed ? $"{name}-0.{name}" : "");
        if (spec.IsDistributed)
            job["template"]!["spec"]!["subdomain"] = name;
        yield return TrainingManifests.CreateQueued(Kinds.Job, spec).With("spec", job);
    }

    /// <summary>The JobSet: one group of equal nodes that start and end together.</summary>
    public static IEnumerable<JsonObject> JobSet(TrainingSpec spec)
    {
        // A JobSet makes its own headless Service, named as it is.
        var name = spec.Run.ObjectName;
        yield return TrainingManifests.CreateQueued(TrainingKinds.JobSet, spec).With("spec", new JsonObject
        {
            ["network"] = new JsonObject { ["enableDNSHostnames"] = true, ["publishNotReadyAddresses"] = true },
            ["failurePolicy"] = new JsonObject { ["maxRestarts"] = 0 },
            ["replicatedJobs"] = new JsonArray(new JsonObject
            {
                ["name"] = NodeJob,
                ["replicas"] = 1,
                ["template"] = new JsonObject { ["spec"] = JobSpec(spec, $"{name}-{NodeJob}-0-0.{name}") },
            }),
        });
    }

    /// <summary>One try within the time limit.</summary>
    public static JsonObject Limits(TrainingSpec spec) => new()
    {
        ["backoffLimit"] = 0,
        // A pod that its node lost (drained, restarted, preempted) says nothing about the program: it is replaced.
        ["podFailurePolicy"] = new JsonObject
        {
            ["rules"] = new JsonArray(new JsonObject
            {
                ["action"] = "Ignore",
                ["onPodConditions"] = new JsonArray(new JsonObject { ["type"] = "DisruptionTarget", ["status"] = "True" }),
            }),
        },
        ["activeDeadlineSeconds"] = spec.Run.TimeLimitMinutes * 60,
    };

    private static JsonObject JobSpec(TrainingSpec spec, string master)
    {
        var container = TrainingPod.ProgramContainer(spec, ContainerName)
            .With(TrainingPod.Rank(spec, TrainingPod.RankOfIndexedJob)).With(TrainingPod.Rendezvous(spec, master));
        var job = Limits(spec);
        if (spec.IsDistributed)
            (job["completionMode"], job["completions"], job["parallelism"]) = ("Indexed", spec.Run.Nodes, spec.Run.Nodes);
        job["template"] = TrainingPod.Template(spec, container);
        return job;
    }
}

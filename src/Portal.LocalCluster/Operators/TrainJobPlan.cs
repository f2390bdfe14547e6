using System.Globalization;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Operators;

/// <summary>The JobSet of a TrainJob: its runtime's, changed by the patches, with the TrainJob's program on the training's nodes. Pure.</summary>
internal static class TrainJobPlan
{
    public const string TrainJobs = "trainjobs.trainer.kubeflow.org";
    public const string Runtimes = "trainingruntimes.trainer.kubeflow.org";
    public const string ClusterRuntimes = "clustertrainingruntimes.trainer.kubeflow.org";

    private const string StepLabel = "trainer.kubeflow.org/trainjob-ancestor-step";
    private const string Trainer = "trainer";
    private const string Node = "node";
    private const int MasterPort = 29400;

    /// <summary>The runtime that is named; null where it is not there (yet), or no kind of runtime.</summary>
    public static JsonObject? Runtime(IObjects objects, JsonObject job) => job.Text("spec", "runtimeRef", "kind") switch
    {
        "TrainingRuntime" => objects.Find(Runtimes, job.Namespace(), job.Text("spec", "runtimeRef", "name") ?? ""),
        "ClusterTrainingRuntime" => objects.Find(ClusterRuntimes, null, job.Text("spec", "runtimeRef", "name") ?? ""),
        _ => null,
    };

    public static JsonObject JobSet(JsonObject job, JsonObject runtime)
    {
        JsonObject template = runtime.Part("spec", "template").Copy();
        foreach (JsonObject patch in job.Each("spec", "runtimePatches")) Merge(template, patch.Part("trainingRuntimeSpec", "template"));
        JsonObject spec = template.Ensure("spec");
        foreach (JsonObject replicated in spec.Each("replicatedJobs").Where(one => one.Text("template", "metadata", "labels", StepLabel) == Trainer))
            Train(job, runtime.Part("spec", "mlPolicy"), replicated);
        spec["suspend"] = job.Is("spec", "suspend");
        JsonObject metadata = new()
        {
            ["name"] = job.Name(),
            ["namespace"] = job.Namespace(),
            ["ownerReferences"] = new JsonArray(Owners.Reference(job)),
        };
        foreach (string map in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            if (template.Map("metadata", map) is { Count: > 0 } marks) metadata[map] = marks.Copy();
        }
        return new JsonObject { ["apiVersion"] = JobSetNames.ApiVersion, ["kind"] = "JobSet", ["metadata"] = metadata, ["spec"] = spec.Copy() };
    }

    private static void Train(JsonObject job, JsonObject policy, JsonObject replicated)
    {
        JsonObject trainer = job.Part("spec", Trainer);
        long nodes = trainer.Whole("numNodes") ?? policy.Whole("numNodes") ?? 1;
        JsonObject spec = replicated.Ensure("template", "spec");
        (spec["parallelism"], spec["completions"]) = (nodes, nodes);
        if (spec.Each("template", "spec", "containers").FirstOrDefault(container => container.Text("name") == Node) is not { } container) return;
        foreach (string field in (ReadOnlySpan<string>)["image", "command", "args"])
        {
            if (trainer[field] is { } value) container[field] = value.DeepClone();
        }
        if (trainer.Map("resourcesPerNode") is { } resources) container["resources"] = resources.Copy();
        if (policy.Map("torch") is not null) Variables(container, Rendezvous(job, trainer, replicated, nodes));
        Variables(container, trainer.Each("env"));
    }

    /// <summary>What torchrun reads to find the other nodes.</summary>
    private static IEnumerable<JsonObject> Rendezvous(JsonObject job, JsonObject trainer, JsonObject replicated, long nodes)
    {
        yield return Variable("PET_NNODES", Text(nodes));
        yield return Variable("PET_NPROC_PER_NODE", Processes(trainer));
        yield return new JsonObject
        {
            ["name"] = "PET_NODE_RANK",
            ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = "metadata.annotations['batch.kubernetes.io/job-completion-index']" } },
        };
        yield return Variable("PET_MASTER_ADDR", $"{job.Name()}-{replicated.Text("name")}-0-0.{job.Name()}");
        yield return Variable("PET_MASTER_PORT", Text(MasterPort));
    }

    /// <summary>As Trainer counts what is not given: one for each core where nothing is named like a GPU, and else it is left to torchrun.</summary>
    private static string Processes(JsonObject trainer)
    {
        if (trainer.Whole("numProcPerNode") is { } given) return Text(given);
        if (trainer.Map("resourcesPerNode") is not { } resources) return "auto";
        JsonObject? amounts = resources.Map("limits") is { } limits && !HasGpu(limits) ? limits : resources.Map("requests");
        return amounts is not null && HasGpu(amounts) ? "auto" : Text(Math.Max(1, (long)Math.Ceiling(ResourceAmounts.From(amounts).Of("cpu"))));
    }

    private static bool HasGpu(JsonObject amounts) => amounts.Any(amount => amount.Key.Contains("gpu", StringComparison.OrdinalIgnoreCase));

    private static void Variables(JsonObject container, IEnumerable<JsonObject> variables)
    {
        if (container["env"] is not JsonArray list) container["env"] = list = [];
        foreach (JsonObject variable in variables)
        {
            if (list.OfType<JsonObject>().FirstOrDefault(present => present.Text("name") == variable.Text("name")) is { } old) list.Remove(old);
            list.Add(variable.Copy());
        }
    }

    /// <summary>Maps are merged, and lists of named things by those names; anything else is replaced.</summary>
    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach ((string field, JsonNode? value) in patch)
        {
            if (value is JsonObject map) Merge(target.Ensure(field), map);
            else if (value is JsonArray list && target[field] is JsonArray present && list.All(item => item is JsonObject one && one.Text("name") is not null)) MergeNamed(present, list);
            else target[field] = value?.DeepClone();
        }
    }

    private static void MergeNamed(JsonArray target, JsonArray patch)
    {
        foreach (JsonObject item in patch.OfType<JsonObject>())
        {
            if (target.OfType<JsonObject>().FirstOrDefault(one => one.Text("name") == item.Text("name")) is { } same) Merge(same, item);
            else target.Add(item.Copy());
        }
    }

    private static JsonObject Variable(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

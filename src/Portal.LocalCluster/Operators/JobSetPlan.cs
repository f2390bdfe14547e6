using System.Globalization;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Operators;

/// <summary>The Jobs and the Service that a JobSet asks for. Pure.</summary>
internal static class JobSetPlan
{
    /// <summary>Every Job of this try, in the order of the set's groups.</summary>
    public static IEnumerable<JsonObject> Jobs(JsonObject set) =>
        from replicated in set.Each("spec", "replicatedJobs")
        from index in Enumerable.Range(0, (int)Replicas(replicated))
        select Job(set, replicated, index);

    /// <summary>The headless Service that gives each pod a name; null where the set wants none.</summary>
    public static JsonObject? Service(JsonObject set) => set.Flag("spec", "network", "enableDNSHostnames") == false ? null : new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Service",
        ["metadata"] = new JsonObject
        {
            ["name"] = Subdomain(set),
            ["namespace"] = set.Namespace(),
            ["ownerReferences"] = new JsonArray(Owners.Reference(set)),
        },
        ["spec"] = new JsonObject
        {
            ["clusterIP"] = "None",
            ["publishNotReadyAddresses"] = set.Flag("spec", "network", "publishNotReadyAddresses") ?? true,
            ["selector"] = new JsonObject { [JobSetNames.NameLabel] = set.Name() },
        },
    };

    /// <summary>How many pods of a group may run at once.</summary>
    public static long Pods(JsonObject replicated) => Replicas(replicated) * PodsOfJob(replicated.Part("template", "spec"));

    /// <summary>How many pods of a Job may run at once.</summary>
    public static long PodsOfJob(JsonObject spec)
    {
        long parallelism = spec.Whole("parallelism") ?? 1;
        return spec.Whole("completions") is { } completions ? Math.Min(completions, parallelism) : parallelism;
    }

    private static long Replicas(JsonObject replicated) => replicated.Whole("replicas") ?? 1;

    private static string Subdomain(JsonObject set) => set.Text("spec", "network", "subdomain") ?? set.Name();

    private static JsonObject Job(JsonObject set, JsonObject replicated, int index)
    {
        string group = replicated.Text("name") ?? "";
        JsonObject marks = new()
        {
            [JobSetNames.NameLabel] = set.Name(),
            [JobSetNames.UidLabel] = set.Uid(),
            [JobSetNames.GroupLabel] = group,
            [JobSetNames.ReplicasLabel] = Text(Replicas(replicated)),
            [JobSetNames.IndexLabel] = Text(index),
            [JobSetNames.AttemptLabel] = Text(set.Whole("status", "restarts") ?? 0),
        };
        JsonObject spec = replicated.Part("template", "spec").Copy();
        spec["completionMode"] ??= "Indexed";
        if (spec["completions"] is null) spec["completions"] = spec["parallelism"]?.DeepClone() ?? 1;
        spec["suspend"] = set.Is("spec", "suspend");
        JsonObject pod = spec.Ensure("template", "spec");
        pod["restartPolicy"] ??= "OnFailure";
        if (set.Flag("spec", "network", "enableDNSHostnames") != false) pod["subdomain"] ??= Subdomain(set);
        Mark(spec.Ensure("template", "metadata"), marks);
        JsonObject metadata = replicated.Part("template", "metadata").Copy();
        Mark(metadata, marks);
        metadata["name"] = $"{set.Name()}-{group}-{Text(index)}";
        metadata["namespace"] = set.Namespace();
        metadata["ownerReferences"] = new JsonArray(Owners.Reference(set));
        return new JsonObject { ["apiVersion"] = "batch/v1", ["kind"] = "Job", ["metadata"] = metadata, ["spec"] = spec };
    }

    private static void Mark(JsonObject metadata, JsonObject marks)
    {
        foreach (string map in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            foreach ((string key, JsonNode? value) in marks) metadata.Ensure(map)[key] = value!.DeepClone();
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Kueue;

/// <summary>The Workload object: what a job or pod wants of its queue, and what it was given.</summary>
internal static class WorkloadObject
{
    public static bool IsFinished(JsonObject workload) => Conditions.IsTrue(workload, "Finished");

    public static bool HasQuota(JsonObject workload) => workload.Map("status", "admission") is not null && Conditions.IsTrue(workload, "QuotaReserved");

    public static bool IsAdmitted(JsonObject workload) => HasQuota(workload) && Conditions.IsTrue(workload, "Admitted");

    public static bool IsActive(JsonObject workload) => workload.Flag("spec", "active") != false;

    public static JsonObject? Of(IObjects objects, JsonObject owner) =>
        objects.List(KueueNames.Workloads, owner.Namespace(), $"{KueueNames.JobUidLabel}={owner.Uid()}").FirstOrDefault();

    /// <param name="sets">The pods it wants, group by group; its priority is that of the first.</param>
    public static JsonObject Make(IObjects objects, JsonObject owner, IReadOnlyList<QueuedPods> sets)
    {
        string name = $"{owner.Kind().ToLowerInvariant()}-{owner.Name()}";
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{owner.Kind()}/{owner.Name()}/{owner.Uid()}")))[..5];
        JsonObject spec = new()
        {
            ["active"] = true,
            ["queueName"] = owner.Label(KueueNames.QueueLabel),
            ["podSets"] = new JsonArray([.. sets.Select(set => new JsonObject { ["name"] = set.Name, ["count"] = set.Count, ["template"] = set.Template })]),
        };
        Prioritise(objects, owner, sets[0].Template, spec);
        JsonObject metadata = new()
        {
            ["name"] = $"{name[..Math.Min(name.Length, 240)]}-{hash}",
            ["namespace"] = owner.Namespace(),
            ["labels"] = new JsonObject { [KueueNames.JobUidLabel] = owner.Uid() },
            ["ownerReferences"] = new JsonArray(Owners.Reference(owner)),
        };
        return new JsonObject { ["apiVersion"] = KueueNames.ApiVersion, ["kind"] = "Workload", ["metadata"] = metadata, ["spec"] = spec };
    }

    /// <summary>The same groups of pods, as many of each, with the same requests.</summary>
    public static bool AsksForTheSame(JsonObject one, JsonObject other)
    {
        static JsonArray Asked(JsonObject workload) =>
        [
            .. workload.Each("spec", "podSets").Select(set => new JsonObject
            {
                ["name"] = set.Text("name"),
                ["count"] = set.Whole("count") ?? 1,
                ["requests"] = PodDemand.From(set.Part("template", "spec")).Requests.ToQuantities(),
            }),
        ];
        return JsonNode.DeepEquals(Asked(one), Asked(other));
    }

    /// <summary>The pod spec a job or pod had before admission, with what the assigned flavors add to it.</summary>
    public static void Inject(IObjects objects, JsonObject workload, JsonObject podSpec, string podSet = QueuedPods.Main)
    {
        JsonObject original = workload.Each("spec", "podSets").First(set => set.Text("name") == podSet).Part("template", "spec");
        JsonObject selector = original.Part("nodeSelector").Copy();
        JsonArray tolerations = [.. original.Each("tolerations").Select(toleration => toleration.Copy())];
        IEnumerable<string> flavors = workload.Each("status", "admission", "podSetAssignments").Where(set => set.Text("name") == podSet).SelectMany(set => set.Pairs("flavors")).Select(pair => pair.Value).Distinct(StringComparer.Ordinal);
        foreach (JsonObject flavor in flavors.Select(name => objects.Find(KueueNames.Flavors, null, name)).OfType<JsonObject>())
        {
            foreach ((string key, string value) in flavor.Pairs("spec", "nodeLabels")) selector[key] = value;
            foreach (JsonObject toleration in flavor.Each("spec", "tolerations").Where(toleration => !tolerations.Any(known => JsonNode.DeepEquals(known, toleration))))
                tolerations.Add(toleration.Copy());
        }
        if (selector.Count > 0) podSpec["nodeSelector"] = selector;
        else podSpec.Remove("nodeSelector");
        if (tolerations.Count > 0) podSpec["tolerations"] = tolerations;
        else podSpec.Remove("tolerations");
    }

    private static void Prioritise(IObjects objects, JsonObject owner, JsonObject template, JsonObject spec)
    {
        if (owner.Label(KueueNames.PriorityLabel) is { } name && objects.Find(KueueNames.PriorityClasses, null, name) is { } own)
        {
            spec["priority"] = own.Whole("value") ?? 0;
            spec["priorityClassRef"] = new JsonObject { ["group"] = "kueue.x-k8s.io", ["kind"] = "WorkloadPriorityClass", ["name"] = name };
            return;
        }
        string? general = template.Text("spec", "priorityClassName");
        JsonObject? found = general is null ? null : objects.Find("priorityclasses.scheduling.k8s.io", null, general);
        spec["priority"] = found?.Whole("value") ?? 0;
        if (found is not null) spec["priorityClassRef"] = new JsonObject { ["group"] = "scheduling.k8s.io", ["kind"] = "PriorityClass", ["name"] = general };
    }
}

/// <summary>Pods that are alike, and how many of them run at once.</summary>
/// <param name="Template">A pod template that is nobody else's.</param>
internal sealed record QueuedPods(string Name, long Count, JsonObject Template)
{
    /// <summary>The only group of what has one.</summary>
    public const string Main = "main";
}

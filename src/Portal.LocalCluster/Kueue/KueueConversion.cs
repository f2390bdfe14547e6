using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>Kueue's v1beta1, whose objects are stored as v1beta2: what the two name differently is renamed, what only one has is left out.</summary>
internal sealed class KueueConversion : IVersionConversion
{
    public const string Older = "v1beta1";
    public const string Newer = "v1beta2";

    private const string ClassSource = "kueue.x-k8s.io/workloadpriorityclass";
    private const string GeneralSource = "scheduling.k8s.io/priorityclass";

    private static readonly KueueConversion Instance = new();

    public static IVersionConversion? Of(string group, string version) => group == KueueNames.Group && version == Older ? Instance : null;

    public JsonObject ToStored(JsonObject tree)
    {
        tree["apiVersion"] = $"{KueueNames.Group}/{Newer}";
        if (tree.Map("spec") is { } spec)
        {
            Rename(spec, "cohort", "cohortName");
            Renew(spec, "whenCanBorrow", "Borrow");
            Renew(spec, "whenCanPreempt", "Preempt");
            if (spec.Text("priorityClassName") is { } name && spec.Text("priorityClassSource") is ClassSource or GeneralSource)
            {
                bool own = spec.Text("priorityClassSource") == ClassSource;
                spec["priorityClassRef"] = new JsonObject
                {
                    ["group"] = own ? KueueNames.Group : "scheduling.k8s.io",
                    ["kind"] = own ? "WorkloadPriorityClass" : "PriorityClass",
                    ["name"] = spec.Text("priorityClassName"),
                };
            }
            spec.Remove("priorityClassName");
            spec.Remove("priorityClassSource");
        }
        if (tree.Map("status") is { } status)
        {
            Rename(status, "flavorUsage", "flavorsUsage");
            Rename(status, "accumulatedPastExexcutionTimeSeconds", "accumulatedPastExecutionTimeSeconds");
        }
        return tree;
    }

    public JsonObject FromStored(JsonObject tree)
    {
        tree["apiVersion"] = $"{KueueNames.Group}/{Older}";
        if (tree.Map("spec") is { } spec)
        {
            Rename(spec, "cohortName", "cohort");
            if (spec.Map("priorityClassRef") is { } reference)
            {
                spec["priorityClassName"] = reference.Text("name");
                spec["priorityClassSource"] = reference.Text("kind") == "WorkloadPriorityClass" ? ClassSource : GeneralSource;
                spec.Remove("priorityClassRef");
            }
        }
        if (tree.Map("status") is { } status)
        {
            Rename(status, "flavorsUsage", "flavorUsage");
            Rename(status, "accumulatedPastExecutionTimeSeconds", "accumulatedPastExexcutionTimeSeconds");
        }
        return tree;
    }

    /// <summary>The older word for stopping the search.</summary>
    private static void Renew(JsonObject spec, string field, string old)
    {
        if (spec.Map("flavorFungibility") is { } fungibility && fungibility.Text(field) == old) fungibility[field] = "MayStopSearch";
    }

    private static void Rename(JsonObject fields, string from, string to)
    {
        if (fields.Remove(from, out JsonNode? value)) fields[to] = value;
    }
}

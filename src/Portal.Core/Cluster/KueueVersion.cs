using System.Text.Json.Nodes;

namespace Portal.Core.Cluster;

/// <summary>
/// Kueue's two versions. The portal knows its objects as v1beta2 alone; what goes to a cluster that serves only v1beta1, and
/// what comes from there, is translated at the client and the watches. Pure.
/// </summary>
public static class KueueVersion
{
    /// <summary>The version in which the portal builds and reads them.</summary>
    public const string Built = "v1beta2";

    /// <summary>The version of clusters whose Kueue is older.</summary>
    public const string Older = "v1beta1";

    private const string ClassSource = "kueue.x-k8s.io/workloadpriorityclass";
    private const string GeneralSource = "scheduling.k8s.io/priorityclass";

    /// <summary>The kind in the older version; null when it is none of Kueue's, or not in the version that the portal builds.</summary>
    public static ResourceType? InOlder(ResourceType type) =>
        type.Group == Kinds.ClusterQueue.Group && type.Version == Built ? type with { Version = Older } : null;

    /// <summary>The kind in the version that the cluster is to be asked for: the older one where it serves only that.</summary>
    public static ResourceType Spoken(ClusterCapabilities capabilities, ResourceType type) =>
        InOlder(type) is { } older && !capabilities.ServesExactly(type) && capabilities.ServesExactly(older) ? older : type;

    /// <summary>An object, or a merge patch of one, in a version; the one given is changed.</summary>
    public static JsonObject In(string version, JsonObject manifest)
    {
        if (version == Built)
            return manifest;
        if (manifest.ContainsKey("apiVersion"))
            manifest["apiVersion"] = $"{Kinds.ClusterQueue.Group}/{version}";
        if (manifest["spec"] is not JsonObject spec)
            return manifest;
        Rename(spec, "cohortName", "cohort");
        if (spec.Remove("priorityClassRef", out var reference) && reference is not null)
        {
            spec["priorityClassName"] = reference.Text("name");
            spec["priorityClassSource"] = reference.Text("kind") == "WorkloadPriorityClass" ? ClassSource : GeneralSource;
        }
        return manifest;
    }

    /// <summary>What a cluster has answered, as v1beta2; the one given is changed. Objects of others, and of that version, stay as they are.</summary>
    public static JsonObject Read(JsonObject seen)
    {
        if (seen.Text("apiVersion") != $"{Kinds.ClusterQueue.Group}/{Older}")
            return seen;
        seen["apiVersion"] = $"{Kinds.ClusterQueue.Group}/{Built}";
        if (seen["spec"] is JsonObject spec)
            ReadSpec(spec);
        if (seen["status"] is JsonObject status)
        {
            Rename(status, "flavorUsage", "flavorsUsage");
            Rename(status, "accumulatedPastExexcutionTimeSeconds", "accumulatedPastExecutionTimeSeconds");
            if (seen.Text("kind") == Kinds.LocalQueue.Kind)
                status.Remove("flavors");
        }
        return seen;
    }

    /// <summary>A field that somebody else holds, as v1beta2 names it.</summary>
    public static FieldConflict Read(FieldConflict conflict) =>
        conflict.Field == ".spec.cohort" ? conflict with { Field = ".spec.cohortName" } : conflict;

    private static void ReadSpec(JsonObject spec)
    {
        Rename(spec, "cohort", "cohortName");
        if (spec["flavorFungibility"] is JsonObject fungibility)
        {
            // The older words for the same choice.
            foreach (var (field, old) in new[] { ("whenCanBorrow", "Borrow"), ("whenCanPreempt", "Preempt") })
            {
                if (fungibility.Text(field) == old)
                    fungibility[field] = "MayStopSearch";
            }
        }
        if (spec.Remove("admissionChecks", out var names) && names is JsonArray { Count: > 0 } checks)
        {
            spec["admissionChecksStrategy"] = new JsonObject
            {
                ["admissionChecks"] = new JsonArray([.. checks.Select(c => new JsonObject { ["name"] = c?.ToString() })]),
            };
        }
        spec.Remove("priorityClassSource", out var source);
        if (spec.Remove("priorityClassName", out var name) && source?.ToString() is ClassSource or GeneralSource)
        {
            var own = source.ToString() == ClassSource;
            spec["priorityClassRef"] = new JsonObject
            {
                ["group"] = own ? Kinds.ClusterQueue.Group : "scheduling.k8s.io",
                ["kind"] = own ? "WorkloadPriorityClass" : "PriorityClass",
                ["name"] = name?.DeepClone(),
            };
        }
    }

    private static void Rename(JsonObject fields, string from, string to)
    {
        if (fields.Remove(from, out var value))
            fields[to] = value;
    }
}

using System.Text.Json.Nodes;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Machinery;

/// <summary>What a deletion leaves behind: finalizers, the grace of pods, the phase of namespaces.</summary>
internal static class Deletion
{
    public const string Foreground = "foregroundDeletion";
    public const string Orphan = "orphan";

    private const long PodGrace = 30;

    private static readonly HashSet<string> Protected = ["default", "kube-system", "kube-public"];

    public static void CheckPreconditions(ResourceType type, StoredObject present, DeleteOptions options)
    {
        if (type is { Group: "", Plural: "namespaces" } && Protected.Contains(present.Name))
            throw Refusals.Forbidden(type, present.Name, "this namespace may not be deleted");
        var version = present.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (options.Uid is { } uid && uid != present.Uid)
        {
            throw Mismatch(type, present, $"the UID in the precondition ({uid}) does not match the UID in record ({present.Uid}). "
                + "The object might have been deleted and then recreated");
        }
        if (options.ResourceVersion is { } wanted && wanted != version)
        {
            throw Mismatch(type, present, $"the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). "
                + "The object might have been modified");
        }
    }

    /// <summary>Marks the object for deletion; false when it was so marked already.</summary>
    public static bool Mark(ResourceType type, JsonObject tree, DeleteOptions options, DateTimeOffset now)
    {
        var metadata = tree.Ensure("metadata");
        var before = tree.DeepClone();
        AddPolicyFinalizer(metadata, options.Propagation);
        var grace = Grace(type, tree, options);
        if (metadata["deletionTimestamp"] is null || grace < (metadata.Whole("deletionGracePeriodSeconds") ?? long.MaxValue))
        {
            metadata["deletionTimestamp"] = ObjectMetadata.Time(now.AddSeconds(grace));
            metadata["deletionGracePeriodSeconds"] = grace;
            if (type.Group != "apiextensions.k8s.io" && metadata.Whole("generation") is { } generation && before["metadata"]!["deletionTimestamp"] is null) metadata["generation"] = generation + 1;
        }
        if (type is { Group: "", Plural: "namespaces" })
        {
            metadata.Remove("deletionGracePeriodSeconds");
            tree.Ensure("status")["phase"] = "Terminating";
            if (before["metadata"]!["deletionTimestamp"] is { } first) metadata["deletionTimestamp"] = first.DeepClone();
        }
        if (type is { Group: "apiextensions.k8s.io", Plural: "customresourcedefinitions" }) MarkDefinition(tree, now);
        return !JsonNode.DeepEquals(before, tree);
    }

    private static void MarkDefinition(JsonObject tree, DateTimeOffset now)
    {
        var status = tree.Ensure("status");
        if (status["conditions"] is not JsonArray conditions) status["conditions"] = conditions = [];
        if (conditions.OfType<JsonObject>().Any(condition => condition.Text("type") == "Terminating")) return;
        conditions.Add(new JsonObject
        {
            ["type"] = "Terminating",
            ["status"] = "True",
            ["lastTransitionTime"] = ObjectMetadata.Time(now),
            ["reason"] = "InstanceDeletionPending",
            ["message"] = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
        });
    }

    /// <summary>Nothing holds it any longer.</summary>
    public static bool IsDone(ResourceType type, JsonObject tree) =>
        tree.IsDeleting()
        && tree.Items("metadata", "finalizers") is not { Count: > 0 }
        && (tree.Whole("metadata", "deletionGracePeriodSeconds") ?? 0) == 0
        && !(type is { Group: "", Plural: "namespaces" } && tree.Items("spec", "finalizers") is { Count: > 0 });

    /// <summary>A pod that runs somewhere is given time; its node removes it with a grace of zero.</summary>
    private static long Grace(ResourceType type, JsonObject tree, DeleteOptions options)
    {
        if (type is not { Group: "", Plural: "pods" }) return 0;
        if (string.IsNullOrEmpty(tree.Text("spec", "nodeName")) || tree.Text("status", "phase") is "Succeeded" or "Failed") return 0;
        return Math.Max(0, options.GracePeriodSeconds ?? tree.Whole("spec", "terminationGracePeriodSeconds") ?? PodGrace);
    }

    private static void AddPolicyFinalizer(JsonObject metadata, string propagation)
    {
        var finalizer = propagation switch { "Foreground" => Foreground, "Orphan" => Orphan, _ => null };
        if (finalizer is null) return;
        if (metadata["finalizers"] is not JsonArray finalizers) metadata["finalizers"] = finalizers = [];
        if (!finalizers.Any(item => item.AsText() == finalizer)) finalizers.Add(finalizer);
    }

    private static ApiException Mismatch(ResourceType type, StoredObject present, string why) => new(
        409, "Conflict", $"Operation cannot be fulfilled on {type.Kind} \"{present.Name}\": {why}",
        new JsonObject { ["name"] = present.Name, ["kind"] = type.Kind });
}

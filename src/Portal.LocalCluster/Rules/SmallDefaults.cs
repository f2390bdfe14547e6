using System.Text;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Lifecycle;
using Portal.LocalCluster.Machinery;
using static Portal.LocalCluster.Rules.KindRules;

namespace Portal.LocalCluster.Rules;

/// <summary>Defaults of kinds that need only a few.</summary>
internal static class SmallDefaults
{
    private const string RbacGroup = "rbac.authorization.k8s.io";

    public static void Default(ResourceType type, JsonObject tree, JsonObject? old)
    {
        switch (type.GroupResource)
        {
            case "namespaces":
                Namespace(tree, old);
                break;
            case "events":
                EventRules.Default(tree);
                break;
            case "nodes":
                NodeRules.Default(tree);
                break;
            case "secrets":
                Secret(tree);
                break;
            case "persistentvolumeclaims":
                Usual(tree.Ensure("spec"), "volumeMode", "Filesystem");
                if (old is not null) break;
                tree["status"] = new JsonObject { ["phase"] = "Pending" };
                Protect(tree);
                break;
            case "persistentvolumes":
                Usual(tree.Ensure("spec"), "volumeMode", "Filesystem");
                Usual(tree.Ensure("spec"), "persistentVolumeReclaimPolicy", "Retain");
                if (old is null) tree["status"] = new JsonObject { ["phase"] = "Pending" };
                break;
            case "limitranges":
                foreach (var limit in (tree.Items("spec", "limits") ?? []).OfType<JsonObject>()) Limit(limit);
                break;
            case "networkpolicies.networking.k8s.io":
                Usual(tree.Ensure("spec"), "policyTypes", tree.Items("spec", "egress") is null ? new JsonArray("Ingress") : new JsonArray("Ingress", "Egress"));
                break;
            case "rolebindings.rbac.authorization.k8s.io" or "clusterrolebindings.rbac.authorization.k8s.io":
                Binding(tree);
                break;
            case "validatingadmissionpolicies.admissionregistration.k8s.io":
                Usual(tree.Ensure("spec"), "failurePolicy", "Fail");
                if (tree.Map("spec", "matchConstraints") is { } constraints) Match(constraints);
                break;
            case "validatingadmissionpolicybindings.admissionregistration.k8s.io":
                if (tree.Map("spec", "matchResources") is { } resources) Match(resources);
                break;
            case "priorityclasses.scheduling.k8s.io":
                Usual(tree, "preemptionPolicy", "PreemptLowerPriority");
                break;
            case "storageclasses.storage.k8s.io":
                Usual(tree, "reclaimPolicy", "Delete");
                Usual(tree, "volumeBindingMode", "Immediate");
                break;
        }
    }

    /// <summary>A claim is kept as long as pods use it.</summary>
    private static void Protect(JsonObject claim)
    {
        var metadata = claim.Ensure("metadata");
        if (metadata["finalizers"] is not JsonArray finalizers) metadata["finalizers"] = finalizers = [];
        if (!finalizers.Any(item => item.AsText() == ClaimProtection.Finalizer)) finalizers.Add(ClaimProtection.Finalizer);
    }

    private static void Match(JsonObject match)
    {
        Usual(match, "matchPolicy", "Equivalent");
        Usual(match, "namespaceSelector", new JsonObject());
        Usual(match, "objectSelector", new JsonObject());
        foreach (var rule in (match.Items("resourceRules") ?? []).Concat(match.Items("excludeResourceRules") ?? []).OfType<JsonObject>()) Usual(rule, "scope", "*");
    }

    private static void Namespace(JsonObject tree, JsonObject? old)
    {
        tree.Ensure("metadata", "labels")["kubernetes.io/metadata.name"] = tree.Name();
        if (old is not null) return;
        tree["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
        tree["status"] = new JsonObject { ["phase"] = "Active" };
    }

    /// <summary>Clear text is for writing only: it is kept, and read back, as base64.</summary>
    private static void Secret(JsonObject tree)
    {
        Usual(tree, "type", "Opaque");
        if (tree.Map("stringData") is not { } clear) return;
        foreach (var (key, value) in clear) tree.Ensure("data")[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value.AsText() ?? ""));
        tree.Remove("stringData");
    }

    private static void Limit(JsonObject limit)
    {
        if (limit.Text("type") != "Container") return;
        foreach (var (resource, most) in limit.Map("max") ?? [])
        {
            if (limit.Text("default", resource) is null) limit.Ensure("default")[resource] = most?.DeepClone();
        }
        foreach (var (resource, usual) in limit.Map("default") ?? [])
        {
            if (limit.Text("defaultRequest", resource) is null) limit.Ensure("defaultRequest")[resource] = (limit.At("min", resource) ?? usual)?.DeepClone();
        }
    }

    private static void Binding(JsonObject tree)
    {
        if (tree.Map("roleRef") is { } role) Usual(role, "apiGroup", RbacGroup);
        foreach (var subject in (tree.Items("subjects") ?? []).OfType<JsonObject>().Where(subject => subject.Text("kind") is "User" or "Group"))
            Usual(subject, "apiGroup", RbacGroup);
    }
}

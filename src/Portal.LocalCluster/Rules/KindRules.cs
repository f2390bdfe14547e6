using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Rules;

/// <summary>Defaults and rules of single kinds that a schema cannot say.</summary>
internal static class KindRules
{
    public static void Default(ResourceType type, JsonObject tree, JsonObject? old)
    {
        if (type.Custom) return;
        switch (type.GroupResource)
        {
            case "pods":
                PodDefaults.Pod(tree, old);
                break;
            case "jobs.batch":
                JobRules.Default(tree, old);
                break;
            case "cronjobs.batch":
                JobRules.DefaultCron(tree);
                break;
            case "deployments.apps" or "statefulsets.apps" or "replicasets.apps" or "daemonsets.apps":
                WorkloadRules.Default(type, tree, old);
                break;
            case "services":
                ServiceRules.Default(tree);
                break;
            case "customresourcedefinitions.apiextensions.k8s.io":
                DefinitionRules.Default(tree, old);
                break;
            default:
                SmallDefaults.Default(type, tree, old);
                break;
        }
    }

    public static void Validate(ResourceType type, JsonObject tree, JsonObject? old, Causes causes)
    {
        if (type.Custom) return;
        switch (type.GroupResource)
        {
            case "pods":
                PodRules.Validate(tree, old, causes);
                break;
            case "jobs.batch":
                JobRules.Validate(tree, old, causes);
                break;
            case "deployments.apps" or "statefulsets.apps" or "replicasets.apps" or "daemonsets.apps":
                WorkloadRules.Validate(type, tree, old, causes);
                break;
            case "services":
                ServiceRules.Validate(tree, causes);
                break;
            case "customresourcedefinitions.apiextensions.k8s.io":
                DefinitionRules.Validate(tree, old, causes);
                break;
            default:
                SmallRules.Validate(type, tree, old, causes);
                break;
        }
    }

    /// <summary>Sets a field that is absent.</summary>
    public static void Usual(JsonObject tree, string field, JsonNode value)
    {
        if (!tree.ContainsKey(field)) tree[field] = value;
    }
}

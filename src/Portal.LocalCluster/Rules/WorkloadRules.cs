using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using static Portal.LocalCluster.Rules.KindRules;

namespace Portal.LocalCluster.Rules;

/// <summary>Deployments, stateful, replica and daemon sets.</summary>
internal static class WorkloadRules
{
    private static readonly string[] StatefulFree =
        ["replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds"];

    public static void Default(ResourceType type, JsonObject tree, JsonObject? old)
    {
        if (old is null) tree["status"] = new JsonObject();
        if (tree.Map("spec") is not { } spec) return;
        if (type.Plural != "daemonsets") Usual(spec, "replicas", 1);
        if (spec.Map("template", "spec") is { } pod) PodDefaults.Spec(pod);
        switch (type.Plural)
        {
            case "deployments":
                Usual(spec, "strategy", new JsonObject());
                var strategy = spec.Ensure("strategy");
                Usual(strategy, "type", "RollingUpdate");
                if (strategy.Text("type") == "RollingUpdate")
                {
                    Usual(strategy.Ensure("rollingUpdate"), "maxUnavailable", "25%");
                    Usual(strategy.Ensure("rollingUpdate"), "maxSurge", "25%");
                }
                Usual(spec, "revisionHistoryLimit", 10);
                Usual(spec, "progressDeadlineSeconds", 600);
                break;
            case "statefulsets":
                Usual(spec, "podManagementPolicy", "OrderedReady");
                Usual(spec, "updateStrategy", new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["partition"] = 0 } });
                Usual(spec, "revisionHistoryLimit", 10);
                break;
            case "daemonsets":
                Usual(spec, "updateStrategy", new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = new JsonObject { ["maxUnavailable"] = 1, ["maxSurge"] = 0 } });
                Usual(spec, "revisionHistoryLimit", 10);
                break;
        }
    }

    public static void Validate(ResourceType type, JsonObject tree, JsonObject? old, Causes causes)
    {
        if (tree.Map("spec") is not { } spec)
        {
            causes.Required("spec.selector");
            causes.Required("spec.template.spec.containers");
            return;
        }
        if (spec.Map("strategy") is { } strategy && strategy.Text("type") == "Recreate" && strategy.ContainsKey("rollingUpdate"))
            causes.Forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
        if (spec.Whole("replicas") is < 0 and var replicas) causes.Invalid("spec.replicas", JsonValue.Create(replicas), "must be greater than or equal to 0");
        if (spec.Map("template", "spec") is not { } pod)
        {
            causes.Required("spec.template.spec.containers");
            return;
        }
        if (pod.Text("restartPolicy") is { } policy and not "Always") causes.NotSupported("spec.template.spec.restartPolicy", $"\"{policy}\"", ["Always"]);
        PodRules.Spec(pod, "spec.template.spec", causes, (spec.Items("volumeClaimTemplates") ?? []).OfType<JsonObject>().Select(claim => claim.Name()));
        if (spec.Map("selector") is { } selector)
        {
            var labels = spec.Map("template", "metadata", "labels");
            if (selector.Count == 0) causes.Invalid("spec.selector", selector, $"empty selector is invalid for {type.Kind.ToLowerInvariant()}");
            else if (!LabelSelector.From(selector)!.Matches(spec.Map("template") ?? []))
                causes.Invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
            if (old is not null && !JsonNode.DeepEquals(old.At("spec", "selector"), selector)) causes.Invalid("spec.selector", selector, "field is immutable");
        }
        if (type.Plural == "statefulsets" && old?.Map("spec") is { } before && !Same(before, spec))
        {
            causes.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
                + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        }
    }

    private static bool Same(JsonObject before, JsonObject spec) =>
        before.Select(pair => pair.Key).Union(spec.Select(pair => pair.Key), StringComparer.Ordinal).Where(key => !StatefulFree.Contains(key, StringComparer.Ordinal))
            .All(key => JsonNode.DeepEquals(before[key], spec[key]));
}

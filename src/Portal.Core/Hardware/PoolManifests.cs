using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Hardware;

/// <summary>A pool as cluster objects, and what a pod needs to land on it. Pure.</summary>
public static class PoolManifests
{
    /// <summary>The row's name in labels and in the work queue.</summary>
    public static ReconcileOwner Owner(Guid id) => new(nameof(HardwarePool), id);

    /// <summary>The pool as a Kueue ResourceFlavor.</summary>
    public static JsonObject Flavor(HardwarePool pool)
    {
        var spec = new JsonObject();
        if (pool.NodeLabels.Count > 0)
            spec["nodeLabels"] = NodeSelector(pool);
        if (pool.Taints.Count > 0)
        {
            spec["nodeTaints"] = new JsonArray([.. pool.Taints.Select(TaintJson)]);
            spec["tolerations"] = Tolerations(pool);
        }
        return Manifest.Create(Kinds.ResourceFlavor, null, pool.Slug, Owner(pool.Id))
            .WithAnnotation("mlops-portal/display-name", pool.Name)
            .With("spec", spec);
    }

    /// <summary>The node selector of a pod on the pool; Kueue adds it by itself, a plain cluster needs it in the pod.</summary>
    public static JsonObject NodeSelector(HardwarePool pool)
    {
        var selector = new JsonObject();
        foreach (var (key, value) in pool.NodeLabels.OrderBy(l => l.Key, StringComparer.Ordinal))
            selector[key] = value;
        return selector;
    }

    /// <summary>The tolerations of a pod on the pool.</summary>
    public static JsonArray Tolerations(HardwarePool pool) => new([.. pool.Taints.Select(TolerationJson)]);

    private static JsonNode TaintJson(NodeTaint taint)
    {
        var json = new JsonObject { ["key"] = taint.Key, ["effect"] = taint.Effect };
        if (taint.Value.Length > 0)
            json["value"] = taint.Value;
        return json;
    }

    private static JsonNode TolerationJson(NodeTaint taint) => taint.Value.Length == 0
        ? new JsonObject { ["key"] = taint.Key, ["operator"] = "Exists", ["effect"] = taint.Effect }
        : new JsonObject { ["key"] = taint.Key, ["operator"] = "Equal", ["value"] = taint.Value, ["effect"] = taint.Effect };
}

using System.Text.Json.Nodes;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Hardware;

/// <summary>A pool as a HardwareProfile, so that it can be chosen in the dashboard of Open Data Hub too. Pure.</summary>
public static class HardwareProfileManifests
{
    private const string Group = "infrastructure.opendatahub.io";

    /// <summary>Of Open Data Hub before 3: what later became annotations stands in its spec.</summary>
    public static readonly ResourceType Dashboard = new("dashboard.opendatahub.io", "v1alpha1", "hardwareprofiles", "HardwareProfile");

    /// <summary>The versions that can be written, the newest first.</summary>
    public static readonly ResourceType[] Versions =
    [
        new(Group, "v1", "hardwareprofiles", "HardwareProfile"), new(Group, "v1alpha1", "hardwareprofiles", "HardwareProfile"), Dashboard,
    ];

    /// <summary>The profile of a pool for one namespace: the queue where Kueue admits, else the nodes themselves.</summary>
    /// <param name="size">What a workload on it gets unless it asks for something else.</param>
    /// <param name="most">Most units that one workload may ask for.</param>
    public static JsonObject For(HardwarePool pool, WorkloadPlace place, WorkloadSize size, int most, ResourceType type)
    {
        var made = Manifest.Create(type, place.Namespace, pool.Slug, new ReconcileOwner(nameof(HardwarePool), pool.Id));
        var spec = new JsonObject
        {
            ["identifiers"] = new JsonArray(
                Identifier("CPU", "cpu", "CPU", "1", $"{size.CpuMilli}m"),
                Identifier("Memory", "memory", "Memory", "1Gi", $"{size.MemoryMiB}Mi"),
                Accelerator(pool, most)),
        };
        if (type == Dashboard)
        {
            (spec["displayName"], spec["enabled"], spec["description"]) = (MetadataRules.Text(pool.Name), pool.State == PoolState.Open, "");
            if (pool.NodeLabels.Count > 0)
                spec["nodeSelector"] = PoolManifests.NodeSelector(pool);
            if (pool.Taints.Count > 0)
                spec["tolerations"] = PoolManifests.Tolerations(pool);
            return made.With("spec", spec);
        }
        spec["scheduling"] = Scheduling(pool, place);
        return made
            .WithAnnotation("opendatahub.io/display-name", pool.Name)
            .WithAnnotation("opendatahub.io/description", "")
            .WithAnnotation("opendatahub.io/disabled", pool.State == PoolState.Open ? "false" : "true")
            .WithAnnotation("opendatahub.io/dashboard-feature-visibility", """["workbench","model-serving"]""")
            .With("spec", spec);
    }

    // A queue and a node selector exclude each other; with Kueue the flavor brings selector and tolerations.
    private static JsonObject Scheduling(HardwarePool pool, WorkloadPlace place)
    {
        if (place.Queue.Length > 0)
            return new JsonObject { ["type"] = "Queue", ["kueue"] = new JsonObject { ["localQueueName"] = place.Queue } };
        var node = new JsonObject { ["nodeSelector"] = PoolManifests.NodeSelector(pool) };
        if (pool.Taints.Count > 0)
            node["tolerations"] = PoolManifests.Tolerations(pool);
        return new JsonObject { ["type"] = "Node", ["node"] = node };
    }

    private static JsonObject Accelerator(HardwarePool pool, int most)
    {
        var identifier = Identifier(MetadataRules.Text(pool.Name), pool.ResourceName, "Accelerator", 1, 1);
        identifier["maxCount"] = most;
        return identifier;
    }

    private static JsonObject Identifier(string name, string resource, string type, JsonNode least, JsonNode usual) => new()
    {
        ["displayName"] = name,
        ["identifier"] = resource,
        ["resourceType"] = type,
        ["minCount"] = least,
        ["defaultCount"] = usual,
    };
}

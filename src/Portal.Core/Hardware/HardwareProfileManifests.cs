using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Projects;

namespace Portal.Core.Hardware;

/// <summary>
/// The pools that a project has a grant of, as HardwareProfiles in its namespace: whoever works there in OpenShift AI finds them, with
/// the project's queue. Pure.
/// </summary>
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

    /// <summary>One profile for each pool of which the project holds an active grant.</summary>
    /// <param name="queued">True where Kueue admits; else the profiles lead to the nodes themselves.</param>
    public static IReadOnlyList<JsonObject> Of(ProjectPlan plan, ResourceType type, bool queued) =>
        [.. plan.Grants.Where(g => g.Amount > 0 && g.Pool is not null && ProjectManifests.IsExtended(g.Pool.ResourceName)).Select(g => For(plan, g, g.Pool!, type, queued))];

    private static JsonObject For(ProjectPlan plan, ProjectGrant grant, HardwarePool pool, ResourceType type, bool queued)
    {
        var made = ProjectManifests.In(plan, type, grant.Flavor);
        var spec = new JsonObject
        {
            // What a workload gets that asks for nothing else.
            ["identifiers"] = new JsonArray(
                Identifier("CPU", "cpu", "CPU", "1", "1"), Identifier("Memory", "memory", "Memory", "1Gi", "4Gi"), Accelerator(grant, pool)),
        };
        if (type == Dashboard)
        {
            (spec["displayName"], spec["enabled"], spec["description"]) = (MetadataRules.Text(pool.Name), !plan.Held, "");
            if (pool.NodeLabels.Count > 0)
                spec["nodeSelector"] = PoolManifests.NodeSelector(pool);
            if (pool.Taints.Count > 0)
                spec["tolerations"] = PoolManifests.Tolerations(pool);
            return made.With("spec", spec);
        }
        spec["scheduling"] = Scheduling(pool, queued);
        return made
            .WithAnnotation("opendatahub.io/display-name", pool.Name)
            .WithAnnotation("opendatahub.io/description", "")
            // Where nothing new may start it is not offered.
            .WithAnnotation("opendatahub.io/disabled", plan.Held ? "true" : "false")
            .WithAnnotation("opendatahub.io/dashboard-feature-visibility", """["workbench","model-serving"]""")
            .With("spec", spec);
    }

    // A queue and a node selector exclude each other; with Kueue the flavor brings selector and tolerations.
    private static JsonObject Scheduling(HardwarePool pool, bool queued)
    {
        if (queued)
            return new JsonObject { ["type"] = "Queue", ["kueue"] = new JsonObject { ["localQueueName"] = ProjectQueueManifests.LocalQueueName } };
        var node = new JsonObject { ["nodeSelector"] = PoolManifests.NodeSelector(pool) };
        if (pool.Taints.Count > 0)
            node["tolerations"] = PoolManifests.Tolerations(pool);
        return new JsonObject { ["type"] = "Node", ["node"] = node };
    }

    private static JsonObject Accelerator(ProjectGrant grant, HardwarePool pool)
    {
        var identifier = Identifier(MetadataRules.Text(pool.Name), grant.ResourceName, "Accelerator", 1, 1);
        identifier["maxCount"] = grant.Amount + grant.MayBorrow;
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

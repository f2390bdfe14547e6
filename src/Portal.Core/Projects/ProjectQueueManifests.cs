using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Projects;

/// <summary>A project's place in Kueue: its ClusterQueue, whose nominal quota is what was granted, and the door to it. Pure.</summary>
public static class ProjectQueueManifests
{
    /// <summary>The LocalQueue of each project; under this name it also takes jobs that name no queue.</summary>
    public const string LocalQueueName = "default";

    /// <summary>The flavor of processors and memory, which belong to no pool.</summary>
    public const string CommonFlavor = "mlops-portal-common";

    /// <summary>The common flavor is the platform's, not a project's; every project applies the same one.</summary>
    public static JsonObject Flavor() =>
        Manifest.Create(Kinds.ResourceFlavor, null, CommonFlavor, new ReconcileOwner("Platform", Guid.Empty)).With("spec", new JsonObject());

    /// <summary>Name of a project's ClusterQueue: its namespace, which is unique and never changes.</summary>
    public static string ClusterQueueName(Project project) => project.Namespace;

    /// <summary>
    /// Nominal quota for processors, memory and each granted pool. Nothing is borrowed or lent: what a project may use is
    /// what somebody approved. Projects of a team share a cohort all the same, so that lending is one setting away.
    /// </summary>
    public static JsonObject ClusterQueue(ProjectPlan plan)
    {
        var groups = new JsonArray(Group(["cpu", "memory"],
            [Flavor(CommonFlavor, ("cpu", ProjectManifests.Whole(plan.Ceiling.CpuCores)), ("memory", ProjectManifests.GiB(plan.Ceiling.MemoryGiB)))]));
        var accelerators = plan.Grants.Where(g => g.Amount > 0 && ProjectManifests.IsExtended(g.ResourceName));
        foreach (var resource in accelerators.GroupBy(g => g.ResourceName).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            groups.Add(Group([resource.Key], resource.GroupBy(g => g.Flavor).OrderBy(f => f.Key, StringComparer.Ordinal)
                .Select(f => Flavor(f.Key, (resource.Key, ProjectManifests.Whole(f.Sum(g => g.Amount)))))));
        }
        return Manifest.Create(Kinds.ClusterQueue, null, ClusterQueueName(plan.Project), plan.Owner).With("spec", new JsonObject
        {
            ["cohortName"] = $"team-{plan.Project.TeamId:N}",
            ["namespaceSelector"] = new JsonObject
            {
                ["matchLabels"] = new JsonObject { ["kubernetes.io/metadata.name"] = plan.Project.Namespace },
            },
            ["queueingStrategy"] = "BestEffortFIFO",
            ["stopPolicy"] = plan.Archived ? "HoldAndDrain" : "None",
            ["preemption"] = new JsonObject { ["reclaimWithinCohort"] = "Any", ["withinClusterQueue"] = "Never" },
            ["resourceGroups"] = groups,
        });
    }

    /// <summary>The namespace's door to its ClusterQueue.</summary>
    public static JsonObject LocalQueue(ProjectPlan plan) => ProjectManifests.In(plan, Kinds.LocalQueue, LocalQueueName)
        .With("spec", new JsonObject { ["clusterQueue"] = ClusterQueueName(plan.Project) });

    private static JsonObject Group(IEnumerable<string> resources, IEnumerable<JsonObject> flavors) => new()
    {
        ["coveredResources"] = new JsonArray([.. resources.Select(r => (JsonNode)r)]),
        ["flavors"] = new JsonArray([.. flavors]),
    };

    private static JsonObject Flavor(string name, params (string Resource, string Nominal)[] quotas) => new()
    {
        ["name"] = name,
        ["resources"] = new JsonArray([.. quotas.Select(q => new JsonObject
        {
            ["name"] = q.Resource,
            ["nominalQuota"] = q.Nominal,
            ["borrowingLimit"] = "0",
            ["lendingLimit"] = "0",
        })]),
    };
}

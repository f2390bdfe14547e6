using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware.Lending;
using Portal.Core.Teams;

namespace Portal.Core.Projects;

/// <summary>
/// A project's place in Kueue: its ClusterQueue, whose nominal quota is what was granted, the door to it, and the cohorts of
/// team and organisation through which idle units are lent. Pure.
/// </summary>
public static class ProjectQueueManifests
{
    /// <summary>The LocalQueue of each project; under this name it also takes jobs that name no queue.</summary>
    public const string LocalQueueName = "default";

    /// <summary>The flavor of processors and memory, which belong to no pool.</summary>
    public const string CommonFlavor = "mlops-portal-common";

    /// <summary>The cohort of all teams.</summary>
    public const string Organisation = "mlops-portal";

    private static readonly ReconcileOwner Platform = new("Platform", Guid.Empty);

    /// <summary>The common flavor is the platform's, not a project's; every project applies the same one.</summary>
    public static JsonObject Flavor() => Manifest.Create(Kinds.ResourceFlavor, null, CommonFlavor, Platform).With("spec", new JsonObject());

    /// <summary>
    /// True when its namespace is to be labelled as one that Kueue manages. OpenShift AI's operator makes a LocalQueue of the same
    /// name in each such namespace that has none, and where one leads to can never be changed: there the project's own comes first.
    /// </summary>
    public static bool IsManaged(ProjectPlan plan, ClusterCapabilities capabilities) =>
        capabilities.HasKueue && (plan.HasQueue || !capabilities.Served.Any(s => s.Group is "kueue.openshift.io" or "datasciencecluster.opendatahub.io"));

    /// <summary>Name of a project's ClusterQueue: its namespace, which is unique and never changes.</summary>
    public static string ClusterQueueName(Project project) => project.Namespace;

    /// <summary>
    /// Organisation and team. They have no quota of their own: what is lent is what members do not use, and units that
    /// nobody was granted stay free for the next grant. Every project of a team applies the same two.
    /// </summary>
    public static IReadOnlyList<JsonObject> Cohorts(ProjectPlan plan) =>
    [
        Manifest.Create(Kinds.Cohort, null, Organisation, Platform).With("spec", new JsonObject()),
        Manifest.Create(Kinds.Cohort, null, TeamCohort(plan), new ReconcileOwner(nameof(Team), plan.Project.TeamId))
            .WithAnnotation("mlops-portal/team", plan.TeamName)
            .With("spec", new JsonObject { ["parentName"] = Organisation, ["fairSharing"] = Weight(plan.TeamWeight) }),
    ];

    /// <summary>
    /// Nominal quota for processors, memory and each granted pool; what of it others may use, and what the project may use
    /// of theirs, as the pools' lending says.
    /// </summary>
    /// <param name="hasCohorts">False for a Kueue that knows cohorts by their names alone: they have no parents, and all teams share one.</param>
    public static JsonObject ClusterQueue(ProjectPlan plan, bool hasCohorts = true)
    {
        var accelerators = plan.Grants.Where(g => g.Amount > 0 && ProjectManifests.IsExtended(g.ResourceName)).ToList();
        var takesBack = LendingPolicy.TakesBack([.. accelerators.Where(g => g.Lends > 0).Select(g => g.Lending)]);
        var groups = new JsonArray(Group(["cpu", "memory"], [Common(plan.Common, takesBack)]));
        foreach (var resource in accelerators.GroupBy(g => g.ResourceName).OrderBy(g => g.Key, StringComparer.Ordinal))
            groups.Add(Group([resource.Key], resource.OrderBy(g => g.Flavor, StringComparer.Ordinal).Select(Pool)));
        return Manifest.Create(Kinds.ClusterQueue, null, ClusterQueueName(plan.Project), plan.Owner).With("spec", new JsonObject
        {
            ["cohortName"] = hasCohorts ? TeamCohort(plan) : Organisation,
            ["namespaceSelector"] = new JsonObject
            {
                ["matchLabels"] = new JsonObject { ["kubernetes.io/metadata.name"] = plan.Project.Namespace },
            },
            ["queueingStrategy"] = "BestEffortFIFO",
            ["stopPolicy"] = StopPolicy(plan.Project),
            ["preemption"] = new JsonObject
            {
                ["reclaimWithinCohort"] = takesBack ? "Any" : "Never",
                ["withinClusterQueue"] = "Never",
            },
            ["fairSharing"] = Weight(LendingPolicy.WeightOf(accelerators.Select(g => g.Lending))),
            ["resourceGroups"] = groups,
        });
    }

    /// <summary>The namespace's door to its ClusterQueue, which Open Data Hub's operator is told to leave alone.</summary>
    public static JsonObject LocalQueue(ProjectPlan plan) => ProjectManifests.In(plan, Kinds.LocalQueue, LocalQueueName)
        .WithAnnotation("opendatahub.io/managed", "false")
        .With("spec", new JsonObject { ["clusterQueue"] = ClusterQueueName(plan.Project) });

    /// <summary>A frozen project's runs may end and no new ones start; one that is closed or goes is emptied.</summary>
    public static string StopPolicy(Project project) =>
        project.Intent != ProjectIntent.Active ? "HoldAndDrain" : project.IsFrozen ? "Hold" : "None";

    private static string TeamCohort(ProjectPlan plan) => $"team-{plan.Project.TeamId:N}";

    private static JsonObject Weight(int weight) => new() { ["weight"] = ProjectManifests.Whole(weight) };

    // What is guaranteed is lent only where it comes back when it is needed: a stranger's notebook may run without end.
    private static JsonObject Common(CommonQuota common, bool lends) => new()
    {
        ["name"] = CommonFlavor,
        ["resources"] = new JsonArray(
            Quota("cpu", CommonQuota.Cores(common.CpuMilli), CommonQuota.Cores(common.CpuBorrowMilli), CommonQuota.Cores(lends ? common.CpuMilli : 0)),
            Quota("memory", CommonQuota.Memory(common.MemoryMiB), CommonQuota.Memory(common.MemoryBorrowMiB), CommonQuota.Memory(lends ? common.MemoryMiB : 0))),
    };

    private static JsonObject Pool(ProjectGrant grant) => new()
    {
        ["name"] = grant.Flavor,
        ["resources"] = new JsonArray(Quota(
            grant.ResourceName, ProjectManifests.Whole(grant.Amount), ProjectManifests.Whole(grant.MayBorrow), ProjectManifests.Whole(grant.Lends))),
    };

    private static JsonObject Quota(string resource, string nominal, string borrows, string lends) => new()
    {
        ["name"] = resource,
        ["nominalQuota"] = nominal,
        ["borrowingLimit"] = borrows,
        ["lendingLimit"] = lends,
    };

    private static JsonObject Group(IEnumerable<string> resources, IEnumerable<JsonObject> flavors) => new()
    {
        ["coveredResources"] = new JsonArray([.. resources.Select(r => (JsonNode)r)]),
        ["flavors"] = new JsonArray([.. flavors]),
    };
}

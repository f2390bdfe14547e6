using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Data;

namespace Portal.Core.Projects;

/// <summary>Gathers what a project's objects follow from.</summary>
public sealed class ProjectPlanner(IProjectGrants grants, IClusters clusters, ClusterPlacement placement, ProjectClusterOptions options)
{
    /// <summary>Gives a project that has none a cluster, that of the pool it was granted units of; waiting while none takes it.</summary>
    public async Task<StepOutcome> PlaceAsync(PortalDb db, Project project, CancellationToken ct)
    {
        var pool = await grants.PoolAsync(db, project.Id, ct);
        var content = new ProjectContent(project.Name) { DataClass = project.DataClass, Region = project.Region, PoolId = pool };
        var place = await placement.DecideAsync(db, content, ct);
        project.Place(place.Chosen);
        if (project.ClusterId is not null)
            return StepOutcome.Done;
        return pool is not null && place.AgainstPool is { } against
            ? StepOutcome.Waiting(CauseOf(against.Reason)) with
            {
                Arguments = JsonSerializer.Serialize(new Dictionary<string, string>(against.Reason.Arguments) { ["cluster"] = against.Cluster }),
            }
            : StepOutcome.Waiting("project.no_cluster");

        static string CauseOf(PlacementReason reason) => reason.Code switch
        {
            "placement.closed" => "project.closed_of_pool",
            "placement.region" => "project.region_of_pool",
            "placement.data_class" => "project.data_class_of_pool",
            _ => "project.no_cluster",
        };
    }

    /// <summary>The plan for a project that was read with its team, its members and who they are.</summary>
    public async Task<ProjectPlan> PlanAsync(PortalDb db, Project project, CancellationToken ct)
    {
        var cache = clusters.Get(project.ClusterId).Cache;
        var nodes = cache.Derive(Kinds.Node, PlannedNodes.From);
        var home = await HomeAsync(db, project, ct);
        var share = await grants.ShareAsync(db, project.Id, project.TeamId, project.ClusterId, ct);
        var claim = cache.Find(new ObjectKey(Kinds.PersistentVolumeClaim, project.Namespace, ProjectManifests.StorageClaim));
        var plan = new ProjectPlan(
            project,
            project.Team?.Name ?? "",
            [.. project.Members.Where(m => !Known(m).Disabled).Select(m => new MemberAccount(m.PersonId, Known(m).UserName ?? "", m.Role))],
            share.Grants,
            // A pool that is scaled down to nothing has no node that would name it.
            [.. nodes.Extended.Union(share.Pooled)],
            options)
        {
            StoredGiB = ProjectHealth.StoredGiB(claim),
            StoredAs = claim.Text("spec", "resources", "requests", "storage"),
            IsStoragePending = claim.Text("status", "phase") == "Pending",
            HasQueue = HasQueue(cache, project),
            Common = Common(project, home, nodes.Capacity),
            Bindings = home.Reach.SameCluster ? options.Bindings : [],
            Reach = home.Reach,
            TeamWeight = share.TeamWeight,
        }.Keeping(cache.Find(new ObjectKey(Kinds.ResourceQuota, project.Namespace, ProjectManifests.LimitsName)));
        return cache.Age(Kinds.Node) is null
            ? plan.SharingAs(cache.Find(new ObjectKey(Kinds.ClusterQueue, null, ProjectQueueManifests.ClusterQueueName(project)))) : plan;
    }

    /// <summary>The plan as it is after its steps were taken: beside a queue that they have made.</summary>
    public ProjectPlan Again(ProjectPlan plan) => plan with { HasQueue = HasQueue(clusters.Get(plan.Project.ClusterId).Cache, plan.Project) };

    /// <summary>True once nothing is promised to a project that goes: its grants end by themselves, and are counted back first.</summary>
    public async Task<bool> IsReleasedAsync(Project project, CancellationToken ct) => !await grants.HoldsAnyAsync(project.Id, ct);

    // Where queues are not seen, what the namespace says of its own stays as it is.
    private static bool HasQueue(IClusterCache cache, Project project) => cache.Age(Kinds.LocalQueue) is null
        ? cache.Find(new ObjectKey(Kinds.Namespace, null, project.Namespace)).Text("metadata", "labels", ProjectManifests.ManagedByKueue) == "true"
        : cache.Find(new ObjectKey(Kinds.LocalQueue, project.Namespace, ProjectQueueManifests.LocalQueueName)) is { } queue
            && queue.Owner() == new ReconcileOwner(nameof(Project), project.Id);

    // Its bindings would be taken away from a member who is not known.
    private static Person Known(ProjectMember member) =>
        member.Person ?? throw new InvalidOperationException("A project is planned with its members' people.");

    // The installation's accounts and its namespace are known in its own cluster alone: elsewhere one account does it all.
    // Its credentials are long, and every pass of every project asks: only what is needed is read. The others are counted in one
    // look at them, whatever their sizes.
    private static async Task<Home> HomeAsync(PortalDb db, Project project, CancellationToken ct)
    {
        var cluster = await db.Set<ClusterRegistration>().Where(c => c.Id == project.ClusterId)
            .Select(c => new { c.Connection, c.ControlPlaneRanges, c.PortalRanges }).SingleOrDefaultAsync(ct);
        if (cluster is null)
            return new Home(PortalReach.Inside, []);
        var others = await db.Projects.Where(p => p.Intent == ProjectIntent.Active && p.ClusterId == project.ClusterId && p.Id != project.Id)
            .GroupBy(p => p.Size).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct);
        return new Home(
            new PortalReach(
                cluster.Connection is ClusterConnectionKind.Installation or ClusterConnectionKind.InCluster,
                cluster.ControlPlaneRanges, cluster.PortalRanges),
            [.. others.Select(o => (o.Key, o.Count))]);
    }

    private static CommonQuota Common(Project project, Home home, NodeCapacity? nodes)
    {
        if (project.Intent != ProjectIntent.Active)
            return CommonQuota.None;
        var ceiling = ProjectSizes.Of(project.Size);
        return CommonQuota.For(
            ceiling, [ceiling, .. home.Others.SelectMany(o => Enumerable.Repeat(ProjectSizes.Of(o.Size), o.Count))], nodes);
    }

    // Where a project lives, and how many other projects of each size may run something there.
    private sealed record Home(PortalReach Reach, IReadOnlyList<(ProjectSize Size, int Count)> Others);

    // Each pass of each project asks for it, and clusters have hundreds of nodes.
    private sealed record PlannedNodes(IReadOnlyList<string> Extended, NodeCapacity? Capacity)
    {
        public static PlannedNodes From(IReadOnlyList<JsonObject> nodes) => new(
            [
                .. nodes.SelectMany(n => n.At("status", "allocatable")?.AsObject().Select(r => r.Key) ?? [])
                    .Where(ProjectManifests.IsExtended).Distinct().Order(StringComparer.Ordinal),
            ],
            NodeCapacity.Of(nodes));
    }
}

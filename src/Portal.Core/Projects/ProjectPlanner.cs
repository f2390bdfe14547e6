using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Data;

namespace Portal.Core.Projects;

/// <summary>Gathers what a project's objects follow from.</summary>
public sealed class ProjectPlanner(IProjectGrants grants, IClusters clusters, ClusterPlacement placement, ProjectClusterOptions options)
{
    /// <summary>Gives a project that has none a cluster; false while none takes it.</summary>
    public async Task<bool> PlaceAsync(PortalDb db, Project project, CancellationToken ct)
    {
        var content = new ProjectContent(project.Name) { DataClass = project.DataClass, Region = project.Region };
        project.Place((await placement.DecideAsync(db, content, ct)).Chosen);
        return project.ClusterId is not null;
    }

    /// <summary>The plan for a project that was read with its team and members.</summary>
    public async Task<ProjectPlan> PlanAsync(PortalDb db, Project project, CancellationToken ct)
    {
        var cache = clusters.Get(project.ClusterId).Cache;
        var nodes = cache.Derive(Kinds.Node, PlannedNodes.From);
        var reach = await ReachAsync(db, project, ct);
        var share = await grants.ShareAsync(db, project.Id, project.TeamId, ct);
        var ids = project.Members.Select(m => m.PersonId).ToArray();
        var names = await db.People.Where(p => ids.Contains(p.Id) && !p.Disabled).Select(p => new { p.Id, p.UserName })
            .ToDictionaryAsync(p => p.Id, p => p.UserName ?? "", ct);
        return new ProjectPlan(
            project,
            project.Team?.Name ?? "",
            [.. project.Members.Where(m => names.ContainsKey(m.PersonId)).Select(m => new MemberAccount(m.PersonId, names[m.PersonId], m.Role))],
            share.Grants,
            nodes.Extended,
            options)
        {
            StoredGiB = ProjectHealth.StoredGiB(
                cache.Find(new ObjectKey(Kinds.PersistentVolumeClaim, project.Namespace, ProjectManifests.StorageClaim))),
            HasQueue = HasQueue(cache, project),
            Common = await CommonAsync(db, nodes.Capacity, project, ct),
            Bindings = reach.SameCluster ? options.Bindings : [],
            Reach = reach,
            TeamWeight = share.TeamWeight,
        };
    }

    /// <summary>True once nothing is promised to a project that goes: its grants end by themselves, and are counted back first.</summary>
    public async Task<bool> IsReleasedAsync(Project project, CancellationToken ct) => !await grants.HoldsAnyAsync(project.Id, ct);

    // Where queues are not seen, what the namespace says of its own stays as it is.
    private static bool HasQueue(IClusterCache cache, Project project) => cache.Age(Kinds.LocalQueue) is null
        ? cache.Find(new ObjectKey(Kinds.Namespace, null, project.Namespace)).Text("metadata", "labels", ProjectManifests.ManagedByKueue) == "true"
        : cache.Find(new ObjectKey(Kinds.LocalQueue, project.Namespace, ProjectQueueManifests.LocalQueueName)) is { } queue
            && queue.Owner() == new ReconcileOwner(nameof(Project), project.Id);

    // The installation's accounts and its namespace are known in its own cluster alone: elsewhere one account does it all.
    // Its credentials are long, and every pass of every project asks: only what is needed is read.
    private static async Task<PortalReach> ReachAsync(PortalDb db, Project project, CancellationToken ct) =>
        await db.Set<ClusterRegistration>().Where(c => c.Id == project.ClusterId)
            .Select(c => new { c.Connection, c.ControlPlaneRanges, c.PortalRanges }).SingleOrDefaultAsync(ct) is { } cluster
            ? new PortalReach(
                cluster.Connection is ClusterConnectionKind.Installation or ClusterConnectionKind.InCluster,
                cluster.ControlPlaneRanges, cluster.PortalRanges)
            : PortalReach.Inside;

    private static async Task<CommonQuota> CommonAsync(PortalDb db, NodeCapacity? nodes, Project project, CancellationToken ct)
    {
        if (project.Intent != ProjectIntent.Active)
            return CommonQuota.None;
        var sizes = await db.Projects.Where(p => p.Intent == ProjectIntent.Active && p.ClusterId == project.ClusterId && p.Id != project.Id)
            .GroupBy(p => p.Size).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct);
        var ceiling = ProjectSizes.Of(project.Size);
        return CommonQuota.For(
            ceiling, [ceiling, .. sizes.SelectMany(s => Enumerable.Repeat(ProjectSizes.Of(s.Key), s.Count))], nodes);
    }

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

using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Clusters;

/// <summary>Asks all registered clusters for a place. It looks at what the watches saw and never waits for a cluster.</summary>
public sealed class ClusterPlacement(IClusters clusters)
{
    /// <summary>Where a project with this content would live.</summary>
    public async Task<Placement> DecideAsync(PortalDb db, ProjectContent content, CancellationToken ct)
    {
        var rows = await db.Set<ClusterRegistration>().Select(r => new { r.Id, r.Name, r.Region, r.DataClasses, r.TakesProjects }).ToListAsync(ct);
        var pool = content.PoolId is null ? null
            : await db.Set<HardwarePool>().Where(p => p.Id == content.PoolId).Select(p => p.ClusterId).SingleOrDefaultAsync(ct);
        return Placement.Decide(
            new PlacementWish(content.Region.Trim(), content.DataClass, pool),
            rows.Select(r => new ClusterOffer(r.Id, r.Name, r.Region, r.DataClasses, r.TakesProjects, RoomOf(clusters.Get(r.Id)))));
    }

    // What a silent cluster had free is no reason to send somebody there. Kinds that say nothing of its room say nothing of that.
    private static ClusterRoom? RoomOf(ConnectedCluster cluster)
    {
        bool IsKnown(ResourceType kind) => cluster.Cache.Age(kind) is { } age && !ClusterHealth.IsOld(age, cluster.Silence);
        return IsKnown(Kinds.Node) && IsKnown(Kinds.Pod) ? ClusterRoom.From(cluster.Cache) : null;
    }

    /// <summary>Null when a project of the team may ask for the pool that its content names, or names none.</summary>
    public static async Task<Refusal?> CheckPoolAsync(PortalDb db, Guid teamId, ProjectContent content, CancellationToken ct)
    {
        if (content.PoolId is not { } id)
            return null;
        var pool = await db.Set<HardwarePool>().AsNoTracking().Include(p => p.AllowedTeams).SingleOrDefaultAsync(p => p.Id == id, ct);
        return pool is null ? Refusal.NotFound("pool") with { Field = "PoolId" } : PoolRules.CheckFor(pool, teamId);
    }

    /// <summary>Null when the cluster a project lives on allows what its content is to become.</summary>
    public static async Task<Refusal?> CheckStaysAsync(PortalDb db, Project project, ProjectContent content, CancellationToken ct)
    {
        if (await db.Set<ClusterRegistration>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == project.ClusterId, ct) is not { } home)
            return null;
        if (content.DataClass != project.DataClass && !home.DataClasses.Contains(content.DataClass))
            return new Refusal("project.cluster_data_class", Field: "DataClass").With("cluster", home.Name);
        var region = content.Region.Trim();
        return region != project.Region && region.Length > 0 && home.Region.Length > 0 && !region.Equals(home.Region, StringComparison.OrdinalIgnoreCase)
            ? new Refusal("project.cluster_region", Field: "Region").With("cluster", home.Name).With("region", home.Region) : null;
    }
}

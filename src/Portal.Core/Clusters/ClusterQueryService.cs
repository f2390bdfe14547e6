using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Clusters;

/// <summary>Reads registrations for pages and the API, with what is known of each cluster now. It never waits for a cluster.</summary>
public sealed class ClusterQueryService(IDbContextFactory<PortalDb> databases, AccessGate gate, IClusters clusters, ClusterPlacement placement)
{
    /// <summary>All clusters by name.</summary>
    [Requires(Permission.ClusterView)]
    public async Task<Result<IReadOnlyList<ClusterView>>> ListAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ClusterView, Scope.Platform, "registration", null, ct) is { } denied)
            return denied;
        return Result.Of(await ViewsAsync(db, db.Set<ClusterRegistration>(), ct));
    }

    /// <summary>One cluster.</summary>
    [Requires(Permission.ClusterView)]
    public async Task<Result<ClusterView>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ClusterView, Scope.Platform, "registration", id, ct) is { } denied)
            return denied;
        return await ViewsAsync(db, db.Set<ClusterRegistration>().Where(c => c.Id == id), ct) is [var view] ? view : Refusal.NotFound("registration");
    }

    /// <summary>Where a project of this team would live, and why, before it is made.</summary>
    [Requires(Permission.ProjectCreate)]
    public async Task<Result<Placement>> PlaceAsync(Actor actor, Guid teamId, ProjectContent content, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ProjectCreate, Scope.Team(teamId), "team", teamId, ct) is { } denied)
            return denied;
        if (!await db.Teams.AnyAsync(t => t.Id == teamId, ct))
            return Refusal.NotFound("team");
        return await ClusterPlacement.CheckPoolAsync(db, teamId, content, ct) is { } bad ? bad : await placement.DecideAsync(db, content, ct);
    }

    private async Task<IReadOnlyList<ClusterView>> ViewsAsync(PortalDb db, IQueryable<ClusterRegistration> wanted, CancellationToken ct)
    {
        var rows = await wanted.AsNoTracking().OrderBy(c => c.Name).ToListAsync(ct);
        var projects = await db.Projects.Where(p => p.ClusterId != null).GroupBy(p => p.ClusterId).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key!.Value, g => g.Count, ct);
        var pools = await db.Set<HardwarePool>().Where(p => p.ClusterId != null).GroupBy(p => p.ClusterId)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key!.Value, g => g.Count, ct);
        var disputed = await db.Set<ObjectDispute>().Where(ObjectDispute.IsOpen).Where(d => d.ProjectId == null)
            .Select(d => d.ClusterId).ToHashSetAsync(ct);
        return
        [
            .. rows.Select(row =>
            {
                var seen = clusters.Get(row.Id);
                // Whoever may see a cluster may not see its credentials, not even encrypted.
                row.Credentials = "";
                return new ClusterView(row, projects.GetValueOrDefault(row.Id), pools.GetValueOrDefault(row.Id))
                {
                    Disputed = disputed.Contains(row.Id),
                    Age = seen.Age,
                    State = ClusterHealth.State(row.Check, seen.Age, seen.Silence),
                    Version = seen.Cache.Capabilities?.Version ?? "",
                    Features = seen.Cache.Capabilities is { } known ? ClusterFeatures.From(known) : [],
                    Room = ClusterRoom.From(seen.Cache),
                };
            }),
        ];
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Training;
using Portal.Core.Waiting;
using Portal.Core.Workloads;

namespace Portal.Core.Hardware.Lending;

/// <summary>Reads who holds units of a pool: grants and limits from the rows, use from what the watches have seen.</summary>
public sealed class LendingHolders(IClusters clusters, TimeProvider clock)
{
    /// <summary>True where the pool's cluster is known to have no Kueue: nothing is lent there, since nobody would bring it back.</summary>
    internal bool LacksKueue(HardwarePool pool) => clusters.Get(pool.ClusterId).Cache.Capabilities is { HasKueue: false };

    /// <summary>Everybody with a grant in its period, by name.</summary>
    /// <param name="asked">Another pool with the lending that it would have; null for all as they are.</param>
    internal async Task<IReadOnlyList<LendingHolder>> ReadAsync(
        PortalDb db, HardwarePool pool, CancellationToken ct, (Guid PoolId, PoolLending Lending)? asked = null)
    {
        var granted = await db.Set<QuotaRequest>().AsNoTracking().Where(r => r.PoolId == pool.Id && r.State == QuotaState.Active)
            .GroupBy(r => r.ProjectId).Select(g => new { g.Key, Units = g.Sum(r => r.GrantedAmount ?? 0) }).ToDictionaryAsync(g => g.Key, g => g.Units, ct);
        var projects = await db.Projects.AsNoTracking().Where(p => granted.Keys.Contains(p.Id) && p.ClusterId == pool.ClusterId).OrderBy(p => p.Name)
            .Select(p => new { p.Id, p.Name, p.Namespace, p.TeamId, Team = p.Team!.Name }).ToListAsync(ct);
        var elsewhere = await ElsewhereAsync(db, pool, granted.Keys, asked, ct);
        var remaining = await RemainingAsync(db, pool.Id, ct);
        var usage = PoolUsage.From(pool, clusters.Get(pool.ClusterId).Cache);
        return
        [
            .. projects.Select(p => new LendingHolder(
                p.Id, p.Name, p.TeamId, p.Team, granted[p.Id],
                usage.Running.GetValueOrDefault(p.Namespace), usage.Waiting.GetValueOrDefault(p.Namespace))
            {
                Remaining = [.. remaining[p.Id]],
                LentElsewhere = [.. elsewhere[p.Id].Select(e => (Policy: e.Lending.For(p.TeamId), e.Units)).Where(e => e.Policy.Lends(e.Units) > 0).Select(e => e.Policy)],
            }),
        ];
    }

    private static async Task<ILookup<Guid, (PoolLending Lending, int Units)>> ElsewhereAsync(
        PortalDb db, HardwarePool pool, IReadOnlyCollection<Guid> projects, (Guid PoolId, PoolLending Lending)? asked, CancellationToken ct)
    {
        var units = await db.Set<QuotaRequest>().AsNoTracking().Where(r => r.PoolId != pool.Id && projects.Contains(r.ProjectId) && r.State == QuotaState.Active)
            .GroupBy(r => new { r.ProjectId, r.PoolId }).Select(g => new { g.Key.ProjectId, g.Key.PoolId, Units = g.Sum(r => r.GrantedAmount ?? 0) }).ToListAsync(ct);
        var pools = units.Select(u => u.PoolId).Distinct().ToList();
        var lending = (await db.Set<HardwarePool>().AsNoTracking().Where(p => pools.Contains(p.Id) && p.ClusterId == pool.ClusterId).Select(p => new { p.Id, p.Lending, p.ResourceName }).ToListAsync(ct))
            .Where(p => ProjectManifests.IsExtended(p.ResourceName)).ToDictionary(p => p.Id, p => p.Id == asked?.PoolId ? asked.Value.Lending : p.Lending);
        return units.Where(u => lending.ContainsKey(u.PoolId)).ToLookup(u => u.ProjectId, u => (lending[u.PoolId], u.Units));
    }

    private async Task<ILookup<Guid, TimeSpan?>> RemainingAsync(PortalDb db, Guid poolId, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        // The limit of one that was pushed out counts from its last start, and meanwhile it holds nothing.
        var runs = await db.Set<TrainingRun>().AsNoTracking()
            .Where(r => r.PoolId == poolId && r.StartedAt != null && r.FinishedAt == null && r.State != WorkloadState.Pending)
            .Select(r => new
            {
                r.ProjectId,
                StartedAt = db.Set<PoolStay>().Where(s => s.WorkloadId == r.Id && s.EndedAt == null)
                    .OrderByDescending(s => s.QueuedAt).Select(s => s.StartedAt).FirstOrDefault() ?? r.StartedAt,
                r.TimeLimitMinutes,
            }).ToListAsync(ct);
        var notebooks = await db.Set<Notebook>().AsNoTracking().Where(n => n.PoolId == poolId && n.State == WorkloadState.Running)
            .Select(n => n.ProjectId).ToListAsync(ct);
        return runs.Select(r => (r.ProjectId, Left: (TimeSpan?)Later(r.StartedAt!.Value.AddMinutes(r.TimeLimitMinutes) - now)))
            .Concat(notebooks.Select(n => (ProjectId: n, Left: (TimeSpan?)null)))
            .ToLookup(r => r.ProjectId, r => r.Left);
    }

    private static TimeSpan Later(TimeSpan left) => left > TimeSpan.Zero ? left : TimeSpan.Zero;
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Quotas;
using Portal.Core.Workloads;

namespace Portal.Core.Hardware;

/// <summary>The pools that a project's workloads may use: those it holds an active grant of.</summary>
public sealed class GrantedAccelerators(IDbContextFactory<PortalDb> databases) : IAcceleratorOffers
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<AcceleratorOffer>> ForProjectAsync(Guid projectId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var granted = await GrantedAsync(db, projectId, ct);
        var pools = await db.Set<HardwarePool>().AsNoTracking().Where(p => granted.Keys.Contains(p.Id)).OrderBy(p => p.Name).ToListAsync(ct);
        return [.. pools.Select(p => Offer(p, granted[p.Id]))];
    }

    /// <inheritdoc/>
    public async Task<AcceleratorOffer?> FindAsync(Guid projectId, Guid poolId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var pool = await db.Set<HardwarePool>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == poolId, ct);
        return pool is null ? null : Offer(pool, (await GrantedAsync(db, projectId, ct)).GetValueOrDefault(poolId));
    }

    private static Task<Dictionary<Guid, int>> GrantedAsync(PortalDb db, Guid projectId, CancellationToken ct) =>
        db.Set<QuotaRequest>().Where(r => r.ProjectId == projectId && r.State == QuotaState.Active)
            .GroupBy(r => r.PoolId).Select(g => new { g.Key, Units = g.Sum(r => r.GrantedAmount ?? 0) })
            .ToDictionaryAsync(g => g.Key, g => g.Units, ct);

    private static AcceleratorOffer Offer(HardwarePool pool, int granted) =>
        new(pool.Id, pool.Name, pool.Slug, pool.ResourceName, granted, pool.PricePerHour)
        {
            NodeLabels = pool.NodeLabels,
            Tolerations = PoolManifests.Tolerations(pool),
        };
}

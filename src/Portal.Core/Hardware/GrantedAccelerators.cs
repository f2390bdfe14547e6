using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Hardware.Lending;
using Portal.Core.Quotas;
using Portal.Core.Workloads;

namespace Portal.Core.Hardware;

/// <summary>The pools that a project's workloads may use: those it holds an active grant of, and what others lend of them.</summary>
public sealed class GrantedAccelerators(IDbContextFactory<PortalDb> databases, LendingHolders holders) : IAcceleratorOffers
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<AcceleratorOffer>> ForProjectAsync(Guid projectId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var pools = await Pools(db).Where(p => db.Set<QuotaRequest>()
                .Any(r => r.PoolId == p.Id && r.ProjectId == projectId && r.State == QuotaState.Active))
            .OrderBy(p => p.Name).ToListAsync(ct);
        var held = await holders.ReadAsync(db, pools, ct);
        return [.. pools.Select(p => Offer(p, held[p.Id], projectId))];
    }

    /// <inheritdoc/>
    public async Task<AcceleratorOffer?> FindAsync(Guid projectId, Guid poolId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await Pools(db).SingleOrDefaultAsync(p => p.Id == poolId, ct) is { } pool
            ? Offer(pool, (await holders.ReadAsync(db, [pool], ct))[pool.Id], projectId) : null;
    }

    private static IQueryable<HardwarePool> Pools(PortalDb db) => db.Set<HardwarePool>().AsNoTracking().Include(p => p.Ledger);

    private AcceleratorOffer Offer(HardwarePool pool, IReadOnlyList<LendingHolder> all, Guid projectId)
    {
        var own = all.FirstOrDefault(h => h.ProjectId == projectId);
        var position = own is null || holders.LacksKueue(pool) ? null : LendingPosition.All(pool.Ledger.Capacity, pool.Lending, all).Single(p => p.ProjectId == projectId);
        return new AcceleratorOffer(pool.Id, pool.Name, pool.Slug, pool.ResourceName, own?.Granted ?? 0, pool.PricePerHour)
        {
            Idle = own is null ? 0 : Math.Max(0, own.Granted - own.Running),
            MayBorrow = position?.MayBorrow ?? 0,
            Reclaimed = position?.MayBeTakenBack > 0,
            NodeLabels = pool.NodeLabels,
            Tolerations = PoolManifests.Tolerations(pool),
        };
    }
}

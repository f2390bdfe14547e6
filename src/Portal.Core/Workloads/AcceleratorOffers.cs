using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Projects;

namespace Portal.Core.Workloads;

/// <summary>A project's active grants, with what a pod needs to land on their pools.</summary>
public sealed class AcceleratorOffers(IDbContextFactory<PortalDb> databases, IProjectGrants grants) : IAcceleratorOffers
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<AcceleratorOffer>> ForProjectAsync(Guid projectId, CancellationToken ct)
    {
        var granted = (await grants.ActiveAsync(projectId, ct)).ToLookup(g => g.PoolId, g => g.Amount);
        var ids = granted.Select(g => g.Key).ToList();
        await using var db = await databases.CreateDbContextAsync(ct);
        var pools = await db.Set<HardwarePool>().AsNoTracking().Where(p => ids.Contains(p.Id)).OrderBy(p => p.Name).ToListAsync(ct);
        return [.. pools.Select(p => Offer(p, granted[p.Id].Sum()))];
    }

    /// <inheritdoc/>
    public async Task<AcceleratorOffer?> FindAsync(Guid projectId, Guid poolId, CancellationToken ct)
    {
        var granted = (await grants.ActiveAsync(projectId, ct)).Where(g => g.PoolId == poolId).Sum(g => g.Amount);
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<HardwarePool>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == poolId, ct) is { } pool ? Offer(pool, granted) : null;
    }

    private static AcceleratorOffer Offer(HardwarePool pool, long granted) =>
        new(pool.Id, pool.Name, pool.Slug, pool.ResourceName, (int)Math.Min(granted, int.MaxValue), pool.PricePerHour)
        {
            NodeLabels = pool.NodeLabels,
            Tolerations = PoolManifests.Tolerations(pool),
        };
}

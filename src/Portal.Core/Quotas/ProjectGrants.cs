using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Hardware.Lending;
using Portal.Core.Projects;

namespace Portal.Core.Quotas;

/// <summary>The grants that a project's ceilings and queue are made from.</summary>
public sealed class ProjectGrants(IDbContextFactory<PortalDb> databases) : IProjectGrants
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<ProjectGrant>> ActiveAsync(Guid projectId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var grants = await db.Set<QuotaRequest>().AsNoTracking().Where(r => r.ProjectId == projectId && r.State == QuotaState.Active)
            .GroupBy(r => new { r.PoolId, r.Project!.TeamId }).Select(g => new { g.Key.PoolId, g.Key.TeamId, Units = g.Sum(r => r.GrantedAmount ?? 0) })
            .ToListAsync(ct);
        var ids = grants.Select(g => g.PoolId).ToList();
        var pools = await db.Set<HardwarePool>().AsNoTracking().Include(p => p.Ledger).Where(p => ids.Contains(p.Id)).ToDictionaryAsync(p => p.Id, ct);
        return
        [
            .. grants.Select(g => Grant(pools[g.PoolId], pools[g.PoolId].Lending.For(g.TeamId), g.Units))
                .OrderBy(g => g.Flavor, StringComparer.Ordinal),
        ];
    }

    /// <inheritdoc/>
    public async Task<bool> HoldsAnyAsync(Guid projectId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<QuotaRequest>()
            .AnyAsync(r => r.ProjectId == projectId && (r.State == QuotaState.Approved || r.State == QuotaState.Active), ct);
    }

    /// <inheritdoc/>
    public async Task<int> TeamWeightAsync(Guid teamId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var pools = await db.Set<HardwarePool>().AsNoTracking().Select(p => p.Lending).ToListAsync(ct);
        return pools.Select(p => p.For(teamId).Weight).DefaultIfEmpty(1).Max();
    }

    /// <summary>The grant of units of a pool under a policy.</summary>
    internal static ProjectGrant Grant(HardwarePool pool, LendingPolicy policy, int units) => new(pool.Id, pool.Slug, pool.ResourceName, units)
    {
        Lending = policy,
        MayBorrow = policy.MayBorrow(units, pool.Ledger.Capacity),
    };
}

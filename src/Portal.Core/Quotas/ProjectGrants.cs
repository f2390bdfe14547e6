using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Hardware.Lending;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Quotas;

/// <summary>The grants that a project's ceilings and queue are made from.</summary>
public sealed class ProjectGrants(IDbContextFactory<PortalDb> databases) : IProjectGrants
{
    /// <inheritdoc/>
    public async Task<ProjectShare> ShareAsync(PortalDb db, Guid projectId, Guid teamId, Guid? clusterId, CancellationToken ct)
    {
        // All pools of the cluster: they are few, and each says what weight it gives the team. What was granted elsewhere has no flavor there.
        var pools = await db.Set<HardwarePool>().Where(p => p.ClusterId == clusterId).Select(p => new
        {
            p.Id,
            p.Name,
            p.Slug,
            p.ResourceName,
            p.NodeLabels,
            p.Taints,
            p.Lending,
            p.Ledger.Capacity,
            Units = db.Set<QuotaRequest>().Where(r => r.PoolId == p.Id && r.ProjectId == projectId && r.State == QuotaState.Active)
                .Sum(r => r.GrantedAmount ?? 0),
        }).ToListAsync(ct);
        return new ProjectShare(
            [
                .. pools.Where(p => p.Units > 0)
                    .Select(p => Grant(
                        new HardwarePool { Id = p.Id, Name = p.Name, Slug = p.Slug, ResourceName = p.ResourceName, NodeLabels = p.NodeLabels, Taints = p.Taints },
                        p.Capacity, p.Lending.For(teamId), p.Units)).OrderBy(g => g.Flavor, StringComparer.Ordinal),
            ],
            LendingPolicy.WeightOf(pools.Select(p => p.Lending.For(teamId))))
        {
            Pooled = [.. pools.Select(p => p.ResourceName).Distinct()],
        };
    }

    /// <inheritdoc/>
    public async Task<Guid?> PoolAsync(PortalDb db, Guid projectId, CancellationToken ct) => (await FirstPoolAsync(db, projectId, ct))?.Id;

    /// <inheritdoc/>
    public async Task<bool> HoldsAnyAsync(Guid projectId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<QuotaRequest>()
            .AnyAsync(r => r.ProjectId == projectId && (r.State == QuotaState.Approved || r.State == QuotaState.Active), ct);
    }

    /// <summary>
    /// Null when a project may be granted units of a pool: those of another cluster than its own, or than the one its grants will
    /// bring it to, would give it nothing.
    /// </summary>
    internal static async Task<Refusal?> CheckClusterAsync(PortalDb db, Project project, HardwarePool pool, CancellationToken ct)
    {
        if (project.ClusterId is { } home)
            return pool.ClusterId == home ? null
                : new Refusal("quota.pool_elsewhere", RefusalKind.Conflict, "PoolId").With("pool", pool.Name).With("project", project.Name);
        return await FirstPoolAsync(db, project.Id, ct) is { } first && first.ClusterId != pool.ClusterId
            ? new Refusal("quota.pool_apart", RefusalKind.Conflict, "PoolId").With("pool", pool.Name).With("project", project.Name).With("granted", first.Name)
            : null;
    }

    private static Task<HardwarePool?> FirstPoolAsync(PortalDb db, Guid projectId, CancellationToken ct) =>
        db.Set<QuotaRequest>().AsNoTracking().Where(QuotaRequest.Holds).Where(r => r.ProjectId == projectId)
            .OrderBy(r => r.From).ThenBy(r => r.Id).Select(r => r.Pool).FirstOrDefaultAsync(ct);

    /// <summary>The grant of units of a pool under a policy.</summary>
    internal static ProjectGrant Grant(HardwarePool pool, LendingPolicy policy, int units) =>
        Grant(pool, pool.Ledger.Capacity, policy, units);

    private static ProjectGrant Grant(HardwarePool pool, int capacity, LendingPolicy policy, int units) =>
        new(pool.Id, pool.Slug, pool.ResourceName, units) { Pool = pool, Lending = policy, MayBorrow = policy.MayBorrow(units, capacity) };
}

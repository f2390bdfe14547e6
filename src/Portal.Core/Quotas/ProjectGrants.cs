using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
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
            .Select(r => new { r.PoolId, r.Pool!.Slug, r.Pool.ResourceName, r.GrantedAmount }).ToListAsync(ct);
        return
        [
            .. grants.GroupBy(g => (g.PoolId, g.Slug, g.ResourceName)).OrderBy(g => g.Key.Slug, StringComparer.Ordinal)
                .Select(g => new ProjectGrant(g.Key.PoolId, g.Key.Slug, g.Key.ResourceName, g.Sum(x => x.GrantedAmount ?? 0))),
        ];
    }

    /// <inheritdoc/>
    public async Task<bool> HoldsAnyAsync(Guid projectId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<QuotaRequest>()
            .AnyAsync(r => r.ProjectId == projectId && (r.State == QuotaState.Approved || r.State == QuotaState.Active), ct);
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Quotas;

/// <summary>What will change in the cluster when a quota request is approved and its period has come.</summary>
public sealed class QuotaChangePreview(IDbContextFactory<PortalDb> databases, AccessGate gate, ProjectPlanner planner, ClusterDryRun cluster)
{
    /// <summary>The objects of the request's project with <paramref name="amount"/> units more.</summary>
    [Requires(Permission.QuotaDecide)]
    public async Task<Result<ChangePlan>> ForApprovalAsync(Actor actor, Guid requestId, decimal amount, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var request = await db.Set<QuotaRequest>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == requestId, ct);
        if (request is null)
            return Refusal.NotFound("quota");
        if (await gate.CheckAsync(db, actor, Permission.QuotaDecide, Scope.Project(request.ProjectId), "quota", requestId, ct) is { } denied)
            return denied;
        var pool = await db.Set<HardwarePool>().AsNoTracking().Include(p => p.Ledger).SingleAsync(p => p.Id == request.PoolId, ct);
        if (QuotaRules.CheckAmount(amount, pool.Ledger.Capacity) is { } bad)
            return bad;
        var project = await db.Projects.AsNoTracking().Include(p => p.Members).ThenInclude(m => m.Person).Include(p => p.Team).SingleAsync(p => p.Id == request.ProjectId, ct);
        var plan = await planner.PlanAsync(db, project, ct);
        // What ends before it begins is not there beside it.
        var over = await db.Set<QuotaRequest>()
            .Where(r => r.ProjectId == project.Id && r.PoolId == pool.Id && r.State == QuotaState.Active && r.Until <= request.From)
            .SumAsync(r => r.GrantedAmount ?? 0, ct);
        var held = (plan.Grants.FirstOrDefault(g => g.PoolId == pool.Id)?.Amount ?? 0) - over;
        var grants = plan.Grants.Where(g => g.PoolId != pool.Id).Append(ProjectGrants.Grant(pool, pool.Lending.For(project.TeamId), (int)(held + amount)));
        return await cluster.OfAsync([plan with { Grants = [.. grants] }], ProjectObjectSet.Of, ct);
    }
}

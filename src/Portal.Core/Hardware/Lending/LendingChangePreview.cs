using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Results;

namespace Portal.Core.Hardware.Lending;

/// <summary>What will change in the cluster when the lending of a pool is saved: the queues, ceilings and profiles of who holds units.</summary>
public sealed class LendingChangePreview(IDbContextFactory<PortalDb> databases, AccessGate gate, ProjectPlanner planner, ClusterDryRun cluster)
{
    /// <summary>Most projects whose objects are looked at.</summary>
    public const int Shown = 20;

    /// <summary>The objects of the first projects by name; how many more would change is said.</summary>
    [Requires(Permission.PoolManage)]
    public async Task<Result<ChangePlan>> ForLendingAsync(Actor actor, Guid poolId, PoolLending lending, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PoolManage, Scope.Platform, "pool", poolId, ct) is { } denied)
            return denied;
        if (LendingRules.Check(lending) is { } bad)
            return bad;
        var pool = await db.Set<HardwarePool>().AsNoTracking().Include(p => p.Ledger).SingleOrDefaultAsync(p => p.Id == poolId, ct);
        if (pool is null)
            return Refusal.NotFound("pool");
        var holders = db.Projects.AsNoTracking()
            .Where(p => p.ClusterId == pool.ClusterId && db.Set<QuotaRequest>().Any(r => r.ProjectId == p.Id && r.PoolId == poolId && r.State == QuotaState.Active));
        var all = await holders.CountAsync(ct);
        var others = await db.Set<HardwarePool>().Where(p => p.Id != poolId && p.ClusterId == pool.ClusterId).Select(p => p.Lending).ToListAsync(ct);
        var plans = new List<ProjectPlan>();
        foreach (var project in await holders.Include(p => p.Members).ThenInclude(m => m.Person).Include(p => p.Team).OrderBy(p => p.Name).Take(Shown).ToListAsync(ct))
            plans.Add(With(await planner.PlanAsync(db, project, ct), pool, lending, others));
        return await cluster.OfAsync(plans, (plan, capabilities) =>
        [
            .. ProjectObjectSet.Queue(plan, capabilities), (Cluster.Kinds.ResourceQuota, ProjectManifests.ResourceQuota(plan, capabilities)),
            .. ProjectObjectSet.Profiles(plan, capabilities) is var (type, profiles) ? profiles.Select(m => (type, m)) : [],
        ], ct, all - plans.Count);
    }

    /// <summary>A project's plan as it would be with another lending of a pool.</summary>
    /// <param name="others">The lending of the cluster's other pools, which stays.</param>
    public static ProjectPlan With(ProjectPlan plan, HardwarePool pool, PoolLending lending, IReadOnlyCollection<PoolLending> others) => plan with
    {
        Grants = [.. plan.Grants.Select(g => g.PoolId == pool.Id ? ProjectGrants.Grant(pool, lending.For(plan.Project.TeamId), (int)g.Amount) : g)],
        TeamWeight = LendingPolicy.WeightOf(others.Append(lending).Select(l => l.For(plan.Project.TeamId))),
    };
}

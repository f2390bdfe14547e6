using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Quotas;
using Portal.Core.Results;

namespace Portal.Core.Hardware;

/// <summary>What people see of hardware pools: rows from the database, use from what the watches have seen.</summary>
public sealed class PoolQueryService(IDbContextFactory<PortalDb> databases, AccessGate gate, IClusters clusters)
{
    /// <summary>All pools by name, with what is granted and running. Who holds what is <see cref="HoldersAsync"/>'s.</summary>
    [Requires(Permission.PoolView)]
    public async Task<Result<IReadOnlyList<PoolView>>> PoolsAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PoolView, Scope.Platform, "pool", null, ct) is { } denied)
            return denied;
        var pools = await db.Set<HardwarePool>().AsNoTracking().Include(p => p.Ledger).Include(p => p.AllowedTeams)
            .OrderBy(p => p.Name).ToListAsync(ct);
        return Result.Of(await ViewsOfAsync(db, pools, pools, ct));
    }

    /// <summary>One pool.</summary>
    [Requires(Permission.PoolView)]
    public async Task<Result<PoolView>> FindAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PoolView, Scope.Platform, "pool", id, ct) is { } denied)
            return denied;
        var all = await db.Set<HardwarePool>().AsNoTracking().Include(p => p.Ledger).Include(p => p.AllowedTeams).OrderBy(p => p.Name).ToListAsync(ct);
        return all.Find(p => p.Id == id) is { } pool ? (await ViewsOfAsync(db, [pool], all, ct))[0] : Refusal.NotFound("pool");
    }

    /// <summary>What nodes offer, as proposals for pools.</summary>
    [Requires(Permission.PoolManage)]
    public async Task<Result<IReadOnlyList<PoolProposal>>> ProposalsAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PoolManage, Scope.Platform, "pool", null, ct) is { } denied)
            return denied;
        var pools = await db.Set<HardwarePool>().AsNoTracking().ToListAsync(ct);
        return Result.Of<IReadOnlyList<PoolProposal>>(
        [
            .. clusters.All.SelectMany(c => DiscoveredAccelerators.From(
                c.Cache.List(Kinds.Node).Select(NodeView.From), [.. pools.Where(p => p.ClusterId == c.Id)])
                .Select(proposal => proposal with { ClusterId = c.Id, Cluster = c.Name })),
        ]);
    }

    /// <summary>Each registered cluster with what its nodes offer and no pool takes yet.</summary>
    [Requires(Permission.PoolManage)]
    public async Task<Result<IReadOnlyList<PoolSource>>> SourcesAsync(Actor actor, CancellationToken ct)
    {
        var offers = await ProposalsAsync(actor, ct);
        if (!offers.Succeeded)
            return offers.Refusal;
        await using var db = await databases.CreateDbContextAsync(ct);
        var rows = await db.Set<ClusterRegistration>().OrderBy(c => c.Name).Select(c => new { c.Id, c.Name, c.Region }).ToListAsync(ct);
        return Result.Of<IReadOnlyList<PoolSource>>(
        [
            .. rows.Select(c => new PoolSource(c.Id, c.Name, c.Region, clusters.Get(c.Id).Cache.Age(Kinds.Node),
                [.. offers.Value.Where(o => o.ClusterId == c.Id && o.CoveredBy is null)])),
        ]);
    }

    /// <summary>Which projects hold a pool: granted, running and waiting.</summary>
    [Requires(Permission.ClusterView)]
    public async Task<Result<IReadOnlyList<PoolHolder>>> HoldersAsync(Actor actor, Guid poolId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ClusterView, Scope.Platform, "pool", poolId, ct) is { } denied)
            return denied;
        var pool = await db.Set<HardwarePool>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == poolId, ct);
        if (pool is null)
            return Refusal.NotFound("pool");
        var usage = Usage(pool);
        var granted = await db.Set<QuotaRequest>().Where(QuotaRequest.Holds).Where(r => r.PoolId == poolId)
            .GroupBy(r => r.ProjectId).Select(g => new { g.Key, Units = g.Sum(r => r.GrantedAmount!.Value - r.Carried) })
            .ToDictionaryAsync(g => g.Key, g => g.Units, ct);
        var namespaces = usage.Running.Keys.Concat(usage.Waiting.Keys).Distinct().ToList();
        var projects = await db.Projects.AsNoTracking().Where(p => granted.Keys.Contains(p.Id) || namespaces.Contains(p.Namespace))
            .Select(p => new { p.Id, p.Name, p.Namespace, Team = p.Team!.Name }).ToListAsync(ct);
        return Result.Of<IReadOnlyList<PoolHolder>>(
        [
            .. projects.Select(p => new PoolHolder(p.Id, p.Name, p.Team, granted.GetValueOrDefault(p.Id),
                    usage.Running.GetValueOrDefault(p.Namespace), usage.Waiting.GetValueOrDefault(p.Namespace)))
                .OrderByDescending(h => h.Granted).ThenBy(h => h.Project, StringComparer.Ordinal),
        ]);
    }

    /// <summary>The budgets of a pool: one line for each team, also those without.</summary>
    [Requires(Permission.BudgetManage)]
    public async Task<Result<IReadOnlyList<TeamBudgetView>>> BudgetsAsync(Actor actor, Guid poolId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.BudgetManage, Scope.Platform, "pool", poolId, ct) is { } denied)
            return denied;
        var teams = await db.Teams.AsNoTracking().OrderBy(t => t.Name).Select(t => new { t.Id, t.Name }).ToListAsync(ct);
        var limits = await db.Set<TeamBudget>().AsNoTracking().Where(b => b.PoolId == poolId)
            .ToDictionaryAsync(b => b.TeamId, b => b.Limit, ct);
        var granted = await db.Set<QuotaRequest>().Where(QuotaRequest.Holds).Where(r => r.PoolId == poolId)
            .GroupBy(r => r.Project!.TeamId).Select(g => new { g.Key, Units = g.Sum(r => r.GrantedAmount!.Value - r.Carried) })
            .ToDictionaryAsync(g => g.Key, g => g.Units, ct);
        return Result.Of<IReadOnlyList<TeamBudgetView>>(
            [.. teams.Select(t => new TeamBudgetView(t.Id, t.Name, limits.GetValueOrDefault(t.Id), granted.GetValueOrDefault(t.Id)))]);
    }

    // The name is the row's: a cluster that is not connected has one too.
    private async Task<IReadOnlyList<PoolView>> ViewsOfAsync(
        PortalDb db, IReadOnlyList<HardwarePool> pools, IReadOnlyList<HardwarePool> all, CancellationToken ct)
    {
        var names = await db.Set<ClusterRegistration>().Select(c => new { c.Id, c.Name }).ToDictionaryAsync(c => c.Id, c => c.Name, ct);
        return
        [
            .. pools.Select(p => (Pool: p, Home: clusters.Get(p.ClusterId))).Select(p => new PoolView(p.Pool, Totals(Usage(p.Pool)), p.Home.Cache.Age(Kinds.Node))
            {
                Cluster = p.Pool.ClusterId is { } home ? names.GetValueOrDefault(home, "") : "",
                IsOld = ClusterHealth.IsOld(p.Home.Cache.Age(Kinds.Node), p.Home.Silence),
                Doubled = PoolNodes.Doubled(p.Pool, all, p.Home.Cache),
                Untolerated = PoolNodes.Untolerated(p.Pool, p.Home.Cache),
            }),
        ];
    }

    private PoolUsage Usage(HardwarePool pool) => PoolUsage.From(pool, clusters.Get(pool.ClusterId).Cache);

    // Namespaces name projects, which not everybody who sees the pool may see.
    private static PoolUsage Totals(PoolUsage usage) => usage with
    {
        Running = new Dictionary<string, int> { [""] = usage.InUse },
        Waiting = new Dictionary<string, int> { [""] = usage.Queued },
    };
}

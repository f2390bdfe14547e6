using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Notebooks;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Core.Training;

namespace Portal.Core.Hardware;

/// <summary>Removes pools. The row goes once the reconciler has taken the ResourceFlavor away.</summary>
public sealed class PoolRemovalService(IDbContextFactory<PortalDb> databases, AccessGate gate, GuardedChange change)
{
    private const string What = "pool";

    /// <summary>What stands in the way of the pool's removal now.</summary>
    [Requires(Permission.PoolManage)]
    public async Task<Result<PoolTies>> TiesAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PoolManage, Scope.Platform, What, id, ct) is { } denied)
            return denied;
        return await PoolTies.OfAsync(db, id, ct);
    }

    /// <summary>
    /// Asks for the removal of a pool that nobody asks for, holds or uses. With it go its requests that have ended, and the record of
    /// its use; the audit log keeps what was decided.
    /// </summary>
    [Requires(Permission.PoolManage)]
    public Task<Result> RemoveAsync(Actor actor, Guid id, CancellationToken ct) =>
        change.ApplyAsync(
            actor, new ChangeTarget(Permission.PoolManage, Scope.Platform, What, id), expected: null,
            db => db.Set<HardwarePool>().SingleOrDefaultAsync(p => p.Id == id, ct),
            async (db, pool) =>
            {
                if (pool.State == PoolState.Removing)
                    return Decision.Nothing;
                if (await PoolTies.OfAsync(db, id, ct) is { Exist: true } ties)
                    return ties.Refusal(pool.Name);
                pool.State = PoolState.Removing;
                return new AuditRecord(actor, "pool.removal_asked", What, id) { Details = { ["name"] = pool.Name } };
            }, ct);
}

/// <summary>What stands in the way of a pool's removal.</summary>
/// <param name="Requests">Requests that wait for a decision, and grants, begun or not.</param>
/// <param name="Budgets">Teams whose leads may grant of it.</param>
/// <param name="Workloads">Notebooks and runs that ask for its units, stopped notebooks among them: without the pool they could not start.</param>
public sealed record PoolTies(int Requests, int Budgets, int Workloads)
{
    /// <summary>True when the pool cannot be removed.</summary>
    public bool Exist => Requests + Budgets + Workloads > 0;

    internal Refusal Refusal(string pool) => new Refusal("pool.used", RefusalKind.Conflict)
        .With("pool", pool).With("requests", Requests).With("budgets", Budgets).With("workloads", Workloads);

    internal static async Task<PoolTies> OfAsync(PortalDb db, Guid poolId, CancellationToken ct) => new(
        await db.Set<QuotaRequest>().CountAsync(r => r.PoolId == poolId
            && (r.State == QuotaState.Submitted || r.State == QuotaState.Approved || r.State == QuotaState.Active), ct),
        await db.Set<TeamBudget>().CountAsync(b => b.PoolId == poolId && b.Limit > 0, ct),
        await db.Set<Notebook>().CountAsync(n => n.PoolId == poolId, ct)
            + await db.Set<TrainingRun>().CountAsync(r => r.PoolId == poolId && r.FinishedAt == null, ct));
}

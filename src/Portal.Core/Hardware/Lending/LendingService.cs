using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Core.Teams;

namespace Portal.Core.Hardware.Lending;

/// <summary>How a pool's idle units are shared: what stands, what a change would do to whom, and the change itself.</summary>
public sealed class LendingService(
    IDbContextFactory<PortalDb> databases, AccessGate gate, GuardedChange change, LendingHolders holders)
{
    /// <summary>What stands, and where it puts each project that holds units.</summary>
    [Requires(Permission.PoolManage)]
    public Task<Result<LendingView>> GetAsync(Actor actor, Guid poolId, CancellationToken ct) => ViewAsync(actor, poolId, null, ct);

    /// <summary>Who would gain and who would lose by <paramref name="lending"/>; nothing is changed.</summary>
    [Requires(Permission.PoolManage)]
    public Task<Result<LendingView>> PreviewAsync(Actor actor, Guid poolId, PoolLending lending, CancellationToken ct) =>
        ViewAsync(actor, poolId, lending, ct);

    /// <summary>Changes the lending of a pool; the queues of all projects that hold units follow.</summary>
    /// <param name="generation">The pool's generation when the form was opened; a pool that has moved on is refused with <c>pool.stale</c>.</param>
    [Requires(Permission.PoolManage)]
    public Task<Result> SetAsync(Actor actor, Guid poolId, long generation, PoolLending lending, CancellationToken ct) =>
        change.ApplyAsync(
            actor,
            new ChangeTarget(Permission.PoolManage, Scope.Platform, "pool", poolId),
            generation,
            db => db.Set<HardwarePool>().SingleOrDefaultAsync(p => p.Id == poolId, ct),
            async (db, pool) =>
            {
                if (await CheckAsync(db, lending, ct) is { } bad)
                    return bad;
                if (Write(actor, pool, lending) is not { Details.Count: > 0 } record)
                    return Decision.Nothing;
                var projects = await db.Set<QuotaRequest>().Where(r => r.PoolId == poolId && r.State == QuotaState.Active)
                    .Select(r => r.ProjectId).Distinct().ToListAsync(ct);
                foreach (var id in projects)
                    db.Changed(new RowChange(nameof(Project), id, id, NeedsReconcile: true));
                return record;
            },
            ct);

    private async Task<Result<LendingView>> ViewAsync(Actor actor, Guid poolId, PoolLending? wanted, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PoolManage, Scope.Platform, "pool", poolId, ct) is { } denied)
            return denied;
        if (wanted is not null && await CheckAsync(db, wanted, ct) is { } bad)
            return bad;
        var pool = await db.Set<HardwarePool>().AsNoTracking().Include(p => p.Ledger).SingleOrDefaultAsync(p => p.Id == poolId, ct);
        if (pool is null)
            return Refusal.NotFound("pool");
        if (holders.LacksKueue(pool))
            return new LendingView(pool.Generation, pool.Lending, await StandingAsync(db, pool, PoolLending.None, ct), NeedsKueue: true);
        var preview = wanted is null ? await StandingAsync(db, pool, pool.Lending, ct) : await ChangedAsync(db, pool, wanted, ct);
        return new LendingView(pool.Generation, pool.Lending, preview, NeedsKueue: false);
    }

    private async Task<LendingPreview> StandingAsync(PortalDb db, HardwarePool pool, PoolLending lending, CancellationToken ct) =>
        LendingPreview.Compare(pool.Ledger.Capacity, lending, lending, (await holders.ReadAsync(db, [pool], ct))[pool.Id]);

    private async Task<LendingPreview> ChangedAsync(PortalDb db, HardwarePool pool, PoolLending wanted, CancellationToken ct)
    {
        var active = db.Set<QuotaRequest>().Where(r => r.State == QuotaState.Active);
        var others = await db.Set<HardwarePool>().AsNoTracking().Include(p => p.Ledger)
            .Where(p => p.Id != pool.Id && p.ClusterId == pool.ClusterId
                && active.Any(r => r.PoolId == p.Id && active.Any(o => o.PoolId == pool.Id && o.ProjectId == r.ProjectId)))
            .OrderBy(p => p.Name).ToListAsync(ct);
        var held = await holders.ReadAsync(db, [pool, .. others], ct);
        var lines = LendingPreview.Compare(pool.Ledger.Capacity, pool.Lending, wanted, held[pool.Id]).Lines.ToList();
        lines.AddRange(others.SelectMany(other => LendingPreview.InAnotherPool(other, held[other.Id], (pool.Id, wanted))));
        foreach (var common in await holders.CommonAsync(db, pool.ClusterId, ct))
            lines.AddRange(LendingPreview.InCommon(common.Key, [.. common], (pool.Id, wanted)));
        return new LendingPreview(lines);
    }

    private static async Task<Refusal?> CheckAsync(PortalDb db, PoolLending lending, CancellationToken ct)
    {
        if (LendingRules.Check(lending) is { } bad)
            return bad;
        var teams = lending.Teams.Keys.ToList();
        return await db.Set<Team>().CountAsync(t => teams.Contains(t.Id), ct) == teams.Count ? null : Refusal.NotFound("team");
    }

    private static AuditRecord Write(Actor actor, HardwarePool pool, PoolLending lending)
    {
        var record = new AuditRecord(actor, "pool.lending_changed", "pool", pool.Id);
        Changed(record, "", pool.Lending.Default, lending.Default);
        foreach (var team in pool.Lending.Teams.Keys.Union(lending.Teams.Keys).Order())
        {
            if (pool.Lending.Teams.ContainsKey(team) != lending.Teams.ContainsKey(team))
                record.Changed($"team.{team:D}", pool.Lending.Teams.ContainsKey(team), lending.Teams.ContainsKey(team));
            Changed(record, $"team.{team:D}.", pool.Lending.For(team), lending.For(team));
        }
        pool.Lending = lending;
        return record;
    }

    private static void Changed(AuditRecord record, string prefix, LendingPolicy before, LendingPolicy after) => record
        .Changed(prefix + "mode", before.Mode.ToString(), after.Mode.ToString())
        .Changed(prefix + "lendPercent", before.LendPercent, after.LendPercent)
        .Changed(prefix + "borrowLimit", before.BorrowLimit, after.BorrowLimit)
        .Changed(prefix + "weight", before.Weight, after.Weight)
        .Changed(prefix + "reclaim", before.Reclaim, after.Reclaim);
}

/// <summary>A pool's lending, and where it puts the projects.</summary>
/// <param name="Generation">The pool's generation, for a change.</param>
/// <param name="Lending">What stands.</param>
/// <param name="NeedsKueue">The pool's cluster has no Kueue, and nothing is lent until it has.</param>
public sealed record LendingView(long Generation, PoolLending Lending, LendingPreview Preview, bool NeedsKueue);

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Quotas;

/// <summary>
/// Decisions on quota requests: by a lead within the team's budget, beyond it by an admin, never on one's own.
/// Ledger, request, history, audit and the project's wake-up are one commit.
/// </summary>
public sealed class QuotaDecisionService(IDbContextFactory<PortalDb> databases, AccessGate gate, TimeProvider clock)
{
    /// <summary>
    /// Grants <paramref name="amount"/> units, all that was asked for or, with a reason, less. Never more than the pool has:
    /// it is refused with <c>quota.pool_exhausted</c> and the request stays. Of what follows a grant only what is more than that one
    /// is taken from pool and budget. The same click twice is one approval.
    /// </summary>
    [Requires(Permission.QuotaDecide)]
    public async Task<Result> ApproveAsync(Actor actor, QuotaDecision decision, decimal amount, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var request = await QuotaTransitions.FindTrackedAsync(db, decision.RequestId, ct);
        // Read once for the right to decide and for the budget.
        var roles = request is null ? Role.None : await gate.RolesAsync(db, actor, Scope.Project(request.ProjectId), ct);
        if (await CheckAsync(db, actor, roles, request, decision, ct) is { } refused)
            return await SameAsync(db, actor, decision.RequestId, a => a is QuotaAction.Approved or QuotaAction.ApprovedLess, amount, refused, ct);
        if (QuotaRules.CheckGrant(request!, amount, decision.Reason) is { } bad)
            return bad;
        if (request!.Project!.Intent != ProjectIntent.Active)
            return new Refusal("quota.project_archived", RefusalKind.Conflict).With("project", request.Project.Name);
        // It may have been asked for before the project had its cluster.
        if (await ProjectGrants.CheckClusterAsync(db, request.Project, request.Pool!, ct) is { } elsewhere)
            return elsewhere with { Field = null };

        var units = (int)amount;
        await using (await db.Database.BeginTransactionAsync(ct))
        {
            var now = clock.GetUtcNow();
            // What it follows cannot end between this sum and the commit. Where it follows nothing, taking the units is what locks the
            // ledger's row.
            if (FollowedGrant.MayBe(request.From, now))
                await PoolLedger.LockAsync(db, request.PoolId, ct);
            var followed = await FollowedGrant.FindAsync(db, request.ProjectId, request.PoolId, request.From, now, ct);
            var carried = Math.Min(units, followed?.Units ?? 0);
            if (!await PoolLedger.TakeAsync(db, request.PoolId, units - carried, ct))
                return await ExhaustedAsync(db, request, units, carried, ct);
            if (await CheckBudgetAsync(db, roles, request, units, carried, ct) is { } beyond)
            {
                await db.Database.RollbackTransactionAsync(ct);
                return await QuotaTransitions.DenyAsync(databases, actor, request, beyond, ct);
            }
            var to = QuotaRules.AfterApproval(request.From, now);
            (request.GrantedAmount, request.DecidedBy, request.DecidedAt) = (units, actor.Id, now);
            (request.FollowsId, request.Carried) = (followed?.Id, carried);
            var action = units == request.Amount ? QuotaAction.Approved : QuotaAction.ApprovedLess;
            db.Move(request, to, action, actor, now, units, decision.Reason.Trim());
            if (await db.TryCommitAsync(request, changesProject: to == QuotaState.Active || request.Project.ClusterId is null, ct))
                return Result.Done;
        }
        return await OvertakenAsync(actor, decision, a => a is QuotaAction.Approved or QuotaAction.ApprovedLess, amount, ct);
    }

    /// <summary>Refuses the request, with a reason.</summary>
    [Requires(Permission.QuotaDecide)]
    public async Task<Result> RejectAsync(Actor actor, QuotaDecision decision, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var request = await QuotaTransitions.FindTrackedAsync(db, decision.RequestId, ct);
        var roles = request is null ? Role.None : await gate.RolesAsync(db, actor, Scope.Project(request.ProjectId), ct);
        if (await CheckAsync(db, actor, roles, request, decision, ct) is { } refused)
            return await SameAsync(db, actor, decision.RequestId, a => a is QuotaAction.Rejected, null, refused, ct);
        if (QuotaRules.CheckReason(decision.Reason) is { } bad)
            return bad;
        await using (await db.Database.BeginTransactionAsync(ct))
        {
            var now = clock.GetUtcNow();
            (request!.DecidedBy, request.DecidedAt) = (actor.Id, now);
            db.Move(request, QuotaState.Rejected, QuotaAction.Rejected, actor, now, request.Amount, decision.Reason.Trim());
            if (await db.TryCommitAsync(request, changesProject: false, ct))
                return Result.Done;
        }
        return await OvertakenAsync(actor, decision, a => a is QuotaAction.Rejected, null, ct);
    }

    /// <summary>Takes a grant back before its end, with a reason. Workloads that hold units are not stopped by it.</summary>
    [Requires(Permission.QuotaDecide)]
    public async Task<Result> ReclaimAsync(Actor actor, Guid id, string reason, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var request = await QuotaTransitions.FindTrackedAsync(db, id, ct);
        if (request is null)
            return Refusal.NotFound("quota");
        if (await gate.CheckAsync(db, actor, Permission.QuotaDecide, Scope.Project(request.ProjectId), "quota", id, ct) is { } denied)
            return denied;
        if (QuotaRules.CheckReason(reason) is { } bad)
            return bad;
        if (!QuotaRules.HoldsUnits(request.State))
            return QuotaTransitions.WrongState(request.State);
        return await db.TryEndAsync(request, QuotaState.Released, QuotaAction.Reclaimed, actor, clock.GetUtcNow(), reason.Trim(), ct)
            ? Result.Done : (Result)new Refusal("quota.overtaken", RefusalKind.Conflict);
    }

    private async Task<Refusal?> CheckAsync(
        PortalDb db, Actor actor, Role roles, QuotaRequest? request, QuotaDecision decision, CancellationToken ct)
    {
        if (request is null)
            return Refusal.NotFound("quota");
        if (await gate.CheckAsync(db, actor, roles, Permission.QuotaDecide, Scope.Project(request.ProjectId), "quota", request.Id, ct) is { } denied)
            return denied;
        if (request.RequestedBy == actor.Id)
            return await QuotaTransitions.DenyAsync(databases, actor, request, new Refusal("quota.own_request", RefusalKind.Forbidden), ct);
        return QuotaRules.CheckDecision(request, decision, clock.GetUtcNow());
    }

    private async Task<Refusal?> CheckBudgetAsync(PortalDb db, Role roles, QuotaRequest request, int units, int carried, CancellationToken ct)
    {
        if (AccessTable.Allows(roles, Permission.QuotaDecideBeyondBudget))
            return null;
        var left = await QuotaOutlook.BudgetLeftAsync(db, request.Project!.TeamId, request.PoolId, carried, ct);
        return units <= left ? null
            : new Refusal("quota.beyond_budget", RefusalKind.Forbidden, "Amount").With("amount", units).With("left", Math.Max(0, left));
    }

    private static async Task<Refusal> ExhaustedAsync(PortalDb db, QuotaRequest request, int units, int carried, CancellationToken ct)
    {
        var ledger = await db.Set<PoolLedger>().AsNoTracking().SingleAsync(l => l.PoolId == request.PoolId, ct);
        return new Refusal("quota.pool_exhausted", RefusalKind.Conflict, "Amount")
            .With("pool", request.Pool!.Name).With("amount", units).With("free", ledger.Free + carried);
    }

    private async Task<Result> OvertakenAsync(
        Actor actor, QuotaDecision decision, Func<QuotaAction, bool> same, decimal? amount, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var request = await db.Set<QuotaRequest>().AsNoTracking().SingleAsync(r => r.Id == decision.RequestId, ct);
        // What was decided about is as it was: the project moved, which says where a grant would put it.
        var refusal = request.State != QuotaState.Submitted ? QuotaTransitions.WrongState(request.State)
            : new Refusal(request.ContentHash == decision.ContentHash ? "quota.project_moved" : "quota.stale", RefusalKind.Conflict);
        return await SameAsync(db, actor, decision.RequestId, same, amount, refusal, ct);
    }

    // A second click of the same person for the same decision is not an error: what they wanted has happened.
    private static async Task<Result> SameAsync(
        PortalDb db, Actor actor, Guid id, Func<QuotaAction, bool> same, decimal? amount, Refusal refusal, CancellationToken ct)
    {
        if (refusal.Kind != RefusalKind.Conflict)
            return refusal;
        var steps = await db.Set<QuotaStep>().AsNoTracking().Where(s => s.RequestId == id && s.ActorId == actor.Id).ToListAsync(ct);
        if (steps.Exists(s => same(s.Action) && (amount is null || s.Amount == amount)))
            return Result.Done;
        if (refusal.Code is not ("quota.already_approved" or "quota.already_rejected"))
            return refusal;
        var decision = await db.Set<QuotaStep>().AsNoTracking().Where(s => s.RequestId == id
                && (s.Action == QuotaAction.Approved || s.Action == QuotaAction.ApprovedLess || s.Action == QuotaAction.Rejected))
            .FirstOrDefaultAsync(ct);
        return decision is null ? refusal : (refusal with { Code = refusal.Code + "_by" }).With("by", decision.ActorName);
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Quotas;

/// <summary>
/// The writing side of a transition, shared by the services. Locks are taken in one order, so that none can deadlock:
/// the pool's ledger, the audit chain's head, then request and project.
/// </summary>
internal static class QuotaTransitions
{
    /// <summary>The request with its project and pool, tracked; null when absent.</summary>
    public static Task<QuotaRequest?> FindTrackedAsync(PortalDb db, Guid id, CancellationToken ct) =>
        db.Set<QuotaRequest>().Include(r => r.Project).Include(r => r.Pool).SingleOrDefaultAsync(r => r.Id == id, ct);

    /// <summary>Moves the request one step on and adds history and audit; nothing is written yet.</summary>
    public static void Move(
        this PortalDb db, QuotaRequest request, QuotaState to, QuotaAction action, Actor actor, DateTimeOffset now,
        int amount, string reason)
    {
        var from = request.State;
        request.State = to;
        request.Step++;
        if (to is not (QuotaState.Submitted or QuotaState.Approved or QuotaState.Active))
            request.EndedAt = now;
        db.Record(request, action, actor, now, amount, reason);
        db.Audit(new AuditRecord(actor, AuditNameOf(action), "quota", request.Id)
        {
            ProjectId = request.ProjectId,
            TeamId = request.Project?.TeamId,
            Details = { ["pool"] = request.PoolId, ["amount"] = amount, ["reason"] = reason },
        }.Changed("state", from.ToString(), to.ToString()));
    }

    /// <summary>Adds a line to the request's history.</summary>
    public static void Record(
        this PortalDb db, QuotaRequest request, QuotaAction action, Actor actor, DateTimeOffset now, int amount, string reason) =>
        db.Add(new QuotaStep
        {
            RequestId = request.Id,
            Number = request.Step,
            Action = action,
            At = now,
            ActorId = actor.Id,
            ActorName = actor.Name,
            Amount = amount,
            Reason = reason,
        });

    /// <summary>Saves, wakes the project's reconciler where its ceilings change, and commits; false when another step came first.</summary>
    public static async Task<bool> TryCommitAsync(
        this PortalDb db, QuotaRequest request, bool changesProject, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // The request's step, or the key of its history, shows that somebody else's step was written first.
            await db.Database.RollbackTransactionAsync(ct);
            if (await db.Set<QuotaRequest>().AnyAsync(r => r.Id == request.Id && r.Step == request.Step - 1, ct))
                throw;
            return false;
        }
        if (changesProject)
        {
            // A grant for a project without a cluster is decided by what says where it goes: nothing of that may have changed meanwhile.
            var project = request.Project!;
            if (await db.Projects.Where(p => p.Id == project.Id && (project.ClusterId != null || p.Generation == project.Generation))
                .ExecuteUpdateAsync(s => s.SetProperty(p => p.Generation, p => p.Generation + 1), ct) == 0)
            {
                await db.Database.RollbackTransactionAsync(ct);
                return false;
            }
            db.Changed(new RowChange(nameof(Project), request.ProjectId, request.ProjectId, NeedsReconcile: true));
        }
        db.Changed(new RowChange(nameof(HardwarePool), request.PoolId, null, NeedsReconcile: false));
        await db.Database.CommitTransactionAsync(ct);
        return true;
    }

    /// <summary>Ends a grant or a wish in a transaction of its own; what was granted goes back to the pool.</summary>
    public static async Task<bool> TryEndAsync(
        this PortalDb db, QuotaRequest request, QuotaState to, QuotaAction action, Actor actor, DateTimeOffset now, string reason,
        CancellationToken ct)
    {
        var active = request.State == QuotaState.Active;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (QuotaRules.HoldsUnits(request.State))
        {
            // Behind the lock nobody else can end it: units are given back once, or not at all.
            await PoolLedger.LockAsync(db, request.PoolId, ct);
            if (await db.Set<QuotaRequest>().Where(r => r.Id == request.Id && r.Step == request.Step).Select(r => (int?)r.Carried)
                .SingleOrDefaultAsync(ct) is not { } carried)
                return false;
            var kept = await FollowedGrant.HandOverAsync(db, request, actor, now, ct);
            await PoolLedger.GiveBackAsync(db, request.PoolId, request.GrantedAmount!.Value - carried - kept, ct);
            request.Carried = 0;
        }
        db.Move(request, to, action, actor, now, request.GrantedAmount ?? request.Amount, reason);
        return await db.TryCommitAsync(request, changesProject: active, ct);
    }

    /// <summary>Why a step cannot be taken from the state that the request is in.</summary>
    public static Refusal WrongState(QuotaState state) => new(state switch
    {
        QuotaState.Submitted => "quota.not_decided",
        QuotaState.Approved or QuotaState.Active => "quota.already_approved",
        QuotaState.Rejected => "quota.already_rejected",
        QuotaState.Withdrawn => "quota.already_withdrawn",
        _ => "quota.already_ended",
    }, RefusalKind.Conflict);

    /// <summary>Stores a denial that a rule, not the access table, made.</summary>
    public static async Task<Refusal> DenyAsync(
        IDbContextFactory<PortalDb> databases, Actor actor, QuotaRequest request, Refusal refusal, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        db.Audit(new AuditRecord(actor, "quota.denied", "quota", request.Id)
        {
            ProjectId = request.ProjectId,
            TeamId = request.Project?.TeamId,
            Denied = true,
            Details = { ["code"] = refusal.Code },
        });
        await db.SaveChangesAsync(ct);
        return refusal;
    }

    private static string AuditNameOf(QuotaAction action) => action switch
    {
        QuotaAction.ApprovedLess => "quota.approved_less",
        _ => "quota." + action.ToString().ToLowerInvariant(),
    };
}

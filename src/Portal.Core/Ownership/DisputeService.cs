using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Ownership;

/// <summary>What people say about fields that somebody else holds: ours shall hold, or theirs.</summary>
public sealed class DisputeService(IDbContextFactory<PortalDb> databases, AccessGate gate, GuardedChange change, TimeProvider clock)
{
    /// <summary>Ours shall hold: the reconciler applies the object once by force, and then never again.</summary>
    [Requires(Permission.ObjectTakeOver)]
    public Task<Result> TakeOverAsync(Actor actor, Guid id, CancellationToken ct) =>
        DecideAsync(actor, id, DisputeDecision.TakeOver, "object.take_over_asked", ct);

    /// <summary>Theirs shall hold: the portal leaves these fields alone from now on.</summary>
    [Requires(Permission.ObjectTakeOver)]
    public Task<Result> LeaveAsync(Actor actor, Guid id, CancellationToken ct) =>
        DecideAsync(actor, id, DisputeDecision.Leave, "object.left", ct);

    private async Task<Result> DecideAsync(Actor actor, Guid id, DisputeDecision decision, string action, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var found = await db.Set<ObjectDispute>().AsNoTracking().Where(d => d.Id == id).Select(d => new { d.ProjectId }).SingleOrDefaultAsync(ct);
        var scope = found?.ProjectId is { } project ? Scope.Project(project) : Scope.Platform;
        if (await gate.CheckAsync(db, actor, Permission.ObjectTakeOver, scope, "dispute", id, ct) is { } denied)
            return found is null ? Refusal.NotFound("dispute") : denied;
        return await change.ApplyAsync(
            actor,
            new ChangeTarget(Permission.ObjectTakeOver, scope, "dispute", id),
            null,
            rows => rows.Set<ObjectDispute>().SingleOrDefaultAsync(d => d.Id == id, ct),
            (rows, dispute) => DecideAsync(rows, actor, dispute, decision, action, ct),
            ct);
    }

    private async Task<Decision> DecideAsync(
        PortalDb db, Actor actor, ObjectDispute dispute, DisputeDecision decision, string action, CancellationToken ct)
    {
        if (dispute.Conflicts.Count == 0)
            return new Refusal("dispute.kept", RefusalKind.Conflict).With("keeper", dispute.Keeper).With("object", dispute.Name);
        if (dispute.Decision == decision)
            return Decision.Nothing;
        (dispute.Decision, dispute.DecidedBy, dispute.DecidedAt) = (decision, actor.Id, clock.GetUtcNow());
        db.Changed(new RowChange(dispute.OwnerKind, dispute.OwnerId, dispute.ProjectId, NeedsReconcile: true));
        // Cohorts and the common flavor have no row: every project applies them, and one that goes on without says so until this is over.
        if (dispute.ProjectId is null)
        {
            foreach (var id in await db.Projects.Where(p => p.ClusterId == dispute.ClusterId).Select(p => p.Id).ToListAsync(ct))
                db.Changed(new RowChange(nameof(Project), id, id, NeedsReconcile: true));
        }
        return DisputeBook.Record(dispute, actor, action);
    }
}

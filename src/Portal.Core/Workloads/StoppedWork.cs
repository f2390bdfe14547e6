using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Notebooks;
using Portal.Core.Results;
using Portal.Core.Training;

namespace Portal.Core.Workloads;

/// <summary>What others stopped of somebody's work: they are told, and by whom.</summary>
public sealed class StoppedWork(IDbContextFactory<PortalDb> databases, AccessGate gate)
{
    /// <summary>The actor's own notebooks and runs that somebody else stopped after <paramref name="since"/>, the latest first.</summary>
    [Requires(Permission.PortalUse)]
    public async Task<Result<IReadOnlyList<StoppedItem>>> ByOthersSinceAsync(Actor actor, DateTimeOffset since, int most, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, "workload", null, ct) is { } denied)
            return denied;
        List<StoppedItem> items =
        [
            .. await ReadAsync(db, db.Set<Notebook>(), "notebook.stopped", actor, since, most, ct),
            .. await ReadAsync(db, db.Set<TrainingRun>(), "training.stopped", actor, since, most, ct),
        ];
        return Result.Of<IReadOnlyList<StoppedItem>>([.. items.OrderByDescending(i => i.At).Take(most)]);
    }

    // Only the audit log knows who it was. What the portal itself stops goes with its project, which says so.
    private static Task<List<StoppedItem>> ReadAsync<T>(
        PortalDb db, IQueryable<T> rows, string action, Actor actor, DateTimeOffset since, int most, CancellationToken ct) where T : WorkloadRow =>
        db.AuditEntries.AsNoTracking().Where(e => e.At > since && e.Action == action && e.ActorId != actor.Id && db.People.Any(p => p.Id == e.ActorId))
            .Join(rows.Where(r => r.CreatedBy == actor.Id), e => e.ObjectId, r => r.Id, (e, r) => new { e, r })
            .OrderByDescending(s => s.e.At).Take(most)
            .Select(s => new StoppedItem(
                s.r.Id, s.r.Name, db.People.Where(p => p.Id == s.e.ActorId).Select(p => p.DisplayName).First(), s.e.At,
                action == "notebook.stopped"))
            .ToListAsync(ct);
}

/// <summary>Somebody's work that another person stopped.</summary>
/// <param name="By">Who stopped it.</param>
/// <param name="IsNotebook">False for a training run.</param>
public sealed record StoppedItem(Guid Id, string Name, string By, DateTimeOffset At, bool IsNotebook);

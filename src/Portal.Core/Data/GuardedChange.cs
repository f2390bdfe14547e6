using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Results;

namespace Portal.Core.Data;

/// <summary>
/// One change of one row: right, rule, stale page, row and audit line in one commit. Who loses a race decides again on the
/// row as it is now, so that a command sent twice is carried out once and two different ones never overwrite each other.
/// </summary>
public sealed class GuardedChange(IDbContextFactory<PortalDb> databases, AccessGate gate)
{
    private const int Attempts = 10;

    /// <summary>Loads the row, lets <paramref name="decide"/> change it, raises its generation and saves.</summary>
    /// <param name="target">Which row, and the right that changing it takes.</param>
    /// <param name="expected">The generation that the person saw, or null for commands that are the same at any time.</param>
    /// <param name="load">The row with what the rule needs of it; null when it is absent.</param>
    /// <param name="decide">Refuses, finds nothing to do, or changes the row and says how to audit it.</param>
    /// <returns>Done, the rule's refusal, or <c>*.stale</c> when somebody else has changed the row since it was shown.</returns>
    public async Task<Result> ApplyAsync<T>(
        Actor actor,
        ChangeTarget target,
        long? expected,
        Func<PortalDb, Task<T?>> load,
        Func<PortalDb, T, Task<Decision>> decide,
        CancellationToken ct)
        where T : class, IVersioned
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            if (await gate.CheckAsync(db, actor, target.Permission, target.Scope, target.What, target.Id, ct) is { } denied)
                return denied;
            if (await load(db) is not { } row)
                return Refusal.NotFound(target.What);
            var generation = row.Generation;
            var decision = await decide(db, row);
            if (decision.Refusal is { } refusal)
                return refusal;
            if (decision.Audit is not { } record)
                return Result.Done;
            if (expected is not null && expected != generation)
                return Stale(target.What);
            row.Generation = generation + 1;
            db.Audit(record);
            try
            {
                await db.SaveChangesAsync(ct);
                return Result.Done;
            }
            catch (DbUpdateConcurrencyException) when (attempt < Attempts)
            {
                // Somebody else was first: look at what they made of the row.
            }
            catch (DbUpdateConcurrencyException)
            {
                return Stale(target.What);
            }
        }
    }

    private static Refusal Stale(string what) => new($"{what}.stale", RefusalKind.Conflict);
}

/// <summary>Which row a change is about.</summary>
/// <param name="Permission">The right that the change takes.</param>
/// <param name="Scope">What the right is held towards.</param>
/// <param name="What">The word of the object in refusals and audit, for example <c>project</c>.</param>
/// <param name="Id">The row's id.</param>
public sealed record ChangeTarget(Permission Permission, Scope Scope, string What, Guid Id);

/// <summary>What a rule says to a change: refuse it, leave everything as it is, or do it and write this audit line.</summary>
public readonly record struct Decision(Refusal? Refusal, AuditRecord? Audit)
{
    /// <summary>What was asked for is so already.</summary>
    public static readonly Decision Nothing;

    /// <summary>Refuses it: nothing of what the rule did to the row is stored.</summary>
    public static implicit operator Decision(Refusal refusal) => new(refusal, null);

    /// <summary>Does it: the row as the rule left it is stored in one commit with this line.</summary>
    public static implicit operator Decision(AuditRecord audit) => new(null, audit);
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;

namespace Portal.Core.Reconciliation;

/// <summary>
/// Commits status writes of reconcilers only while the lease is held: the epoch is compared in the same transaction, so a
/// replica that slept through its lease cannot overwrite what its successor saw.
/// </summary>
public sealed class LeaseFence
{
    private long _epoch;

    /// <summary>The epoch held, or 0 where no lease is in use (a pass that a test runs by itself).</summary>
    public long Epoch
    {
        get => Interlocked.Read(ref _epoch);
        set => Interlocked.Exchange(ref _epoch, value);
    }

    /// <summary>Saves what a reconciler changed.</summary>
    /// <exception cref="LeaseLostException">Another replica reconciles now; nothing was written.</exception>
    public async Task SaveAsync(PortalDb db, CancellationToken ct)
    {
        var epoch = Epoch;
        if (!db.ChangeTracker.HasChanges())
            return;
        if (epoch == 0)
        {
            await db.SaveChangesAsync(ct);
            return;
        }
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // An update, not a read: it locks the row until the commit, and a takeover has to wait for that.
        var held = await db.Database.ExecuteSqlAsync($"""UPDATE leases SET "Epoch" = {epoch} WHERE "Name" = {Lease.Reconcilers} AND "Epoch" = {epoch}""", ct);
        if (held == 0)
            throw new LeaseLostException();
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }
}

/// <summary>Another replica has taken over.</summary>
public sealed class LeaseLostException() : Exception("The lease of the reconcilers was taken over by another replica.");

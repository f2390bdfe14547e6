using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;

namespace Portal.Core.Reconciliation;

/// <summary>
/// Takes, renews and gives back the lease by compare-and-set; holds no timer of its own. Kubernetes' components elect a leader
/// in the same way (Kubernetes, "Leases"), but here the lease is a row: the portal also runs where it may write no cluster.
/// </summary>
/// <param name="holder">Unique for each process, also after a restart.</param>
/// <param name="duration">How long a lease stands without renewal: as long does the work wait after a process was killed.</param>
public sealed class LeaderElector(IDbContextFactory<PortalDb> databases, TimeProvider clock, string holder, TimeSpan duration)
{
    /// <summary>How long a lease stands without renewal.</summary>
    public TimeSpan Duration { get; } = duration;

    /// <summary>How often it is renewed, and how often others look whether it is free.</summary>
    public TimeSpan Renewal { get; } = duration * 0.3;

    /// <summary>The new epoch, or null while somebody else holds it.</summary>
    public async Task<long?> TryTakeAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        var taken = await db.Set<Lease>().Where(l => l.Name == Lease.Reconcilers && l.ExpiresAt <= now)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.Holder, holder).SetProperty(l => l.Epoch, l => l.Epoch + 1)
                .SetProperty(l => l.ExpiresAt, now + Duration), ct);
        if (taken == 0 && !await db.Set<Lease>().AnyAsync(l => l.Name == Lease.Reconcilers, ct))
            taken = await TryMakeAsync(db, now, ct);
        if (taken == 0)
            return null;
        return await db.Set<Lease>().AsNoTracking().Where(l => l.Name == Lease.Reconcilers && l.Holder == holder)
            .Select(l => (long?)l.Epoch).SingleOrDefaultAsync(ct);
    }

    /// <summary>False when the lease was lost.</summary>
    public async Task<bool> RenewAsync(long epoch, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var until = clock.GetUtcNow() + Duration;
        return await db.Set<Lease>().Where(l => l.Name == Lease.Reconcilers && l.Epoch == epoch && l.Holder == holder)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.ExpiresAt, until), ct) == 1;
    }

    /// <summary>Lets the next one start at once.</summary>
    public async Task GiveBackAsync(long epoch, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        await db.Set<Lease>().Where(l => l.Name == Lease.Reconcilers && l.Epoch == epoch && l.Holder == holder)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.ExpiresAt, now), ct);
    }

    private async Task<int> TryMakeAsync(PortalDb db, DateTimeOffset now, CancellationToken ct)
    {
        db.Add(new Lease { Name = Lease.Reconcilers, Holder = holder, Epoch = 1, ExpiresAt = now + Duration });
        try
        {
            return await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // Another replica made it a moment earlier.
            return 0;
        }
    }
}

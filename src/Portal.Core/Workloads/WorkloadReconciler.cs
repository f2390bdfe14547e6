using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;

namespace Portal.Core.Workloads;

/// <summary>
/// What the reconcilers of all workloads share: they look at the rows that are not done with, leave those whose project goes
/// to go with it, and let no row wait in silence for a cluster that does not answer.
/// </summary>
public abstract class WorkloadReconciler<TRow>(IDbContextFactory<PortalDb> databases, LeaseFence fence, TimeProvider clock) : IReconciler
    where TRow : WorkloadRow
{
    /// <inheritdoc/>
    public string Kind => typeof(TRow).Name;

    /// <inheritdoc/>
    public abstract IReadOnlyList<ResourceType> Watches { get; }

    /// <summary>Rows of which something is still to be done in the cluster.</summary>
    protected virtual Expression<Func<TRow, bool>> IsOpen => _ => true;

    /// <summary>This moment, UTC.</summary>
    protected DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The application's clock.</summary>
    protected TimeProvider Clock => clock;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReconcileRow>> AllAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<TRow>().Where(IsOpen).OrderBy(r => r.Id).Select(r => new ReconcileRow(r.Id, r.Project!.ClusterId)).ToListAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<Guid?> ClusterOfAsync(Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<TRow>().Where(r => r.Id == id).Select(r => r.Project!.ClusterId).SingleOrDefaultAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var row = await db.Set<TRow>().Where(IsOpen).Include(r => r.Project).SingleOrDefaultAsync(r => r.Id == id, ct);
        // With its project it goes as a whole: the namespace takes the objects along, and the portal's rights in it.
        if (row is null || row.Project!.Intent == ProjectIntent.Deleted)
            return ReconcileResult.Settled;
        try
        {
            return await GuardedAsync(db, row, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody asked for something else during the pass: read it again.
            return ReconcileResult.After(TimeSpan.Zero);
        }
    }

    /// <summary>One pass over a row; an outage of its cluster is thrown.</summary>
    protected abstract Task<ReconcileResult> PassAsync(PortalDb db, TRow row, CancellationToken ct);

    /// <summary>Writes what the row says while its cluster does not answer.</summary>
    protected abstract Task SayAsync(PortalDb db, TRow row, WorkloadStatus outage, CancellationToken ct);

    /// <summary>Saves the pass's changes, while the lease is held.</summary>
    /// <exception cref="LeaseLostException">Another replica reconciles now.</exception>
    protected Task SaveAsync(PortalDb db, CancellationToken ct) => fence.SaveAsync(db, ct);

    private async Task<ReconcileResult> GuardedAsync(PortalDb db, TRow row, CancellationToken ct)
    {
        try
        {
            return await PassAsync(db, row, ct);
        }
        catch (ClusterException failure)
        {
            if (WorkloadOutage.Of(row, failure, Now) is { } outage)
                await SayAsync(db, row, outage, ct);
            await SaveAsync(db, ct);
            return ReconcileResult.Retry(failure.RetryAfter);
        }
    }
}

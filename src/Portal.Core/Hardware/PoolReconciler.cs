using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Ownership;
using Portal.Core.Quotas;
using Portal.Core.Reconciliation;

namespace Portal.Core.Hardware;

/// <summary>
/// Keeps each pool's ResourceFlavor in the cluster as it is wanted, where Kueue is served, and takes it away with a pool that goes.
/// </summary>
public sealed class PoolReconciler(
    IDbContextFactory<PortalDb> databases, IClusters clusters, LeaseFence fence) : IReconciler
{
    private static readonly TimeSpan WithoutKueue = TimeSpan.FromMinutes(1);

    // That a flavor has gone is seen by the watch; this is for one that is down, and for what others keep.
    private static readonly TimeSpan WhileItGoes = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    public string Kind => nameof(HardwarePool);

    /// <inheritdoc/>
    public IReadOnlyList<ResourceType> Watches { get; } = [Kinds.ResourceFlavor, Kinds.Node];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReconcileRow>> AllAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<HardwarePool>().OrderBy(p => p.Id).Select(p => new ReconcileRow(p.Id, p.ClusterId)).ToListAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<Guid?> ClusterOfAsync(Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<HardwarePool>().Where(r => r.Id == id).Select(r => r.ClusterId).SingleOrDefaultAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var pool = await db.Set<HardwarePool>().SingleOrDefaultAsync(p => p.Id == id, ct);
        if (pool is null)
            return ReconcileResult.Settled;
        var cluster = clusters.Get(pool.ClusterId);
        try
        {
            if (pool.State == PoolState.Removing)
                return await RemoveAsync(db, cluster, pool, ct);
            var served = (await cluster.Client.CapabilitiesAsync(ct)).Serves(Kinds.ResourceFlavor);
            pool.Problem = served ? await ApplyAsync(cluster, pool, ct) : "";
            pool.ObservedGeneration = pool.Generation;
            await fence.SaveAsync(db, ct);
            return served ? ReconcileResult.Settled : ReconcileResult.After(WithoutKueue);
        }
        catch (ClusterException failure) when (failure.IsTransient)
        {
            return ReconcileResult.Retry(failure.RetryAfter);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody changed the pool during the pass: read it again.
            return ReconcileResult.After(TimeSpan.Zero);
        }
    }

    private async Task<ReconcileResult> RemoveAsync(PortalDb db, ConnectedCluster cluster, HardwarePool pool, CancellationToken ct)
    {
        if ((await PoolTies.OfAsync(db, pool.Id, ct)).Exist)
        {
            // Asked for in the moment in which it was closed for ever: nobody loses a wish or a grant by that.
            pool.State = PoolState.Closed;
            pool.Generation++;
            db.Audit(new AuditRecord(Actor.Reconciler, "pool.kept", "pool", pool.Id) { Details = { ["name"] = pool.Name } });
            await fence.SaveAsync(db, ct);
            return ReconcileResult.Settled;
        }
        if (pool.ClusterId is not null && await IsLeftAsync(cluster, pool, ct))
        {
            await fence.SaveAsync(db, ct);
            return ReconcileResult.After(WhileItGoes);
        }
        await DisputeBook.DropAsync(db, PoolManifests.Owner(pool.Id), ct);
        // A request that comes in between is not among them: its foreign key keeps the pool, and the next pass opens it again.
        db.RemoveRange(await db.Set<QuotaRequest>().Where(r => r.PoolId == pool.Id).ToListAsync(ct));
        db.Remove(pool);
        db.Audit(new AuditRecord(Actor.Reconciler, "pool.removed", "pool", pool.Id) { Details = { ["name"] = pool.Name, ["resource"] = pool.ResourceName } });
        try
        {
            await fence.SaveAsync(db, ct);
        }
        catch (DbUpdateException)
        {
            return ReconcileResult.Retry();
        }
        cluster.Writer.Forget(pool.Slug);
        return ReconcileResult.Settled;
    }

    // Kueue holds a flavor that goes until no queue names it.
    private static async Task<bool> IsLeftAsync(ConnectedCluster cluster, HardwarePool pool, CancellationToken ct)
    {
        if (!(await cluster.Client.CapabilitiesAsync(ct)).Serves(Kinds.ResourceFlavor))
            return false;
        var (key, owner) = (new ObjectKey(Kinds.ResourceFlavor, null, pool.Slug), PoolManifests.Owner(pool.Id));
        if (await cluster.Client.FindAsync(key, ct) is not { } there || !there.IsOf(owner))
            return false;
        try
        {
            pool.Problem = "";
            if (!there.IsGoing())
                await cluster.Writer.DeleteAsync(key, owner, ct);
        }
        catch (ClusterException refused) when (!refused.IsTransient)
        {
            pool.Problem = refused.Message;
        }
        return true;
    }

    // What the cluster refuses for good is shown on the pool.
    private static async Task<string> ApplyAsync(ConnectedCluster cluster, HardwarePool pool, CancellationToken ct)
    {
        try
        {
            await cluster.Writer.EnsureAsync(Kinds.ResourceFlavor, PoolManifests.Flavor(pool), ct);
            return "";
        }
        catch (ClusterException refused) when (!refused.IsTransient)
        {
            return refused.Message;
        }
    }
}

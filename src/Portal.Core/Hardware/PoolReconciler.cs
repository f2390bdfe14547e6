using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Reconciliation;

namespace Portal.Core.Hardware;

/// <summary>Keeps each pool's ResourceFlavor in the cluster as it is wanted, where Kueue is served.</summary>
public sealed class PoolReconciler(
    IDbContextFactory<PortalDb> databases, IClusters clusters, LeaseFence fence) : IReconciler
{
    private static readonly TimeSpan WithoutKueue = TimeSpan.FromMinutes(1);

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

using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Reconciliation;

namespace Portal.Core.Clusters;

/// <summary>
/// Tries each registered cluster again from time to time, and soon after one has refused what it was asked: a token that
/// expired or a right that was taken away shows without anybody asking.
/// </summary>
public sealed class ClusterCheckReconciler(
    IDbContextFactory<PortalDb> databases, IClusters clusters, IClusterProbe probe, LeaseFence fence, TimeProvider clock) : IReconciler
{
    /// <summary>How old a finding becomes that nothing speaks against.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(15);

    /// <summary>How old one becomes that something speaks against: a try is some hundred requests.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public string Kind => nameof(ClusterRegistration);

    /// <inheritdoc/>
    public IReadOnlyList<ResourceType> Watches => [];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReconcileRow>> AllAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Set<ClusterRegistration>().OrderBy(c => c.Id).Select(c => new ReconcileRow(c.Id, c.Id)).ToListAsync(ct);
    }

    /// <inheritdoc/>
    public Task<Guid?> ClusterOfAsync(Guid id, CancellationToken ct) => Task.FromResult<Guid?>(id);

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await db.Set<ClusterRegistration>().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } row)
            return ReconcileResult.Settled;
        if (IsDue(row.Check, clock.GetUtcNow() - row.CheckedAt, clusters.Get(id).Cache))
        {
            row.Check = (await probe.TryAsync(row, ct)).After(row.Check);
            row.CheckedAt = clock.GetUtcNow();
            try
            {
                await fence.SaveAsync(db, ct);
            }
            catch (DbUpdateConcurrencyException)
            {
                // An admin has changed the cluster meanwhile, or taken it out: the next look sees what it is now.
            }
        }
        return ReconcileResult.After(LookAgain);
    }

    // One that is silent is known to be so; of one that already lacks rights a refusal says nothing new.
    private static bool IsDue(ClusterCheck check, TimeSpan? age, IClusterCache seen) =>
        age is null || age >= Every
        || (age >= Soon && seen.Silence is null && (check.Problem.Length > 0 || (check.IsSound && seen.SinceRefusal < age)));
}

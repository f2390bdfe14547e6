using Portal.Core.Cluster;
using Portal.Core.Data;

namespace Portal.Core.Reconciliation;

/// <summary>
/// Carries out the rows of one kind. Level-triggered: it is given a key, reads what is wanted and what is there,
/// and moves one towards the other. It may be called at any time, any number of times.
/// </summary>
public interface IReconciler
{
    /// <summary>Entity name of its rows, as in <see cref="ReconcileOwner.Kind"/>.</summary>
    string Kind { get; }

    /// <summary>Kinds of objects whose changes wake the row named in their labels; the cache holds all of them.</summary>
    IReadOnlyList<ResourceType> Watches { get; }

    /// <summary>
    /// As <see cref="Watches"/>, of kinds that the account need not be allowed to read: nothing waits for them. Of a kind in several
    /// versions the first that is served is followed, in projects' namespaces alone.
    /// </summary>
    IReadOnlyList<ResourceType> OptionalWatches => [];

    /// <summary>Rows to look at after a start and at each full resync, each with its cluster as <see cref="ClusterOfAsync"/> says it.</summary>
    Task<IReadOnlyList<ReconcileRow>> AllAsync(CancellationToken ct);

    /// <summary>The row that a committed change wakes; by default a row of this kind that is not carried out yet.</summary>
    Guid? WokenBy(RowChange change) => change.Kind == Kind && change.NeedsReconcile ? change.Id : null;

    /// <summary>The cluster that a row is carried out in, or null: rows of one cluster never wait for another cluster.</summary>
    Task<Guid?> ClusterOfAsync(Guid id, CancellationToken ct) => Task.FromResult<Guid?>(null);

    /// <summary>One pass for one row. Waiting is a result, not an exception.</summary>
    Task<ReconcileResult> ReconcileAsync(Guid id, CancellationToken ct);
}

/// <summary>A row to look at, and the cluster that it lives on; null where it lives on none, or not yet.</summary>
public readonly record struct ReconcileRow(Guid Id, Guid? ClusterId);

/// <summary>What to do with the key after a pass.</summary>
/// <param name="Again">Look again after this time, or null to wait for the next event.</param>
/// <param name="Failed">True to look again after the queue's growing delay, at least <paramref name="Again"/>.</param>
public readonly record struct ReconcileResult(TimeSpan? Again, bool Failed = false)
{
    /// <summary>Nothing to do until something changes.</summary>
    public static readonly ReconcileResult Settled = new(null);

    /// <summary>Look again after <paramref name="delay"/>.</summary>
    public static ReconcileResult After(TimeSpan delay) => new(delay);

    /// <summary>
    /// The cluster did not answer or was in the way: try again, each time later. <paramref name="atLeast"/> is what the
    /// server asked for.
    /// </summary>
    public static ReconcileResult Retry(TimeSpan? atLeast = null) => new(atLeast, Failed: true);
}

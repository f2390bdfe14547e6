using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Data;

namespace Portal.Core.Hardware;

/// <summary>
/// The truth of what a pool has and has promised. A grant counts from its approval until it ends, also before its first day.
/// <c>0 ≤ granted ≤ capacity</c> is held twice: by the conditional updates here, and by a CHECK constraint.
/// </summary>
public sealed class PoolLedger
{
    /// <summary>The pool, and the key: one row each.</summary>
    public Guid PoolId { get; set; }

    /// <summary>Units the pool may promise in all.</summary>
    public int Capacity { get; set; }

    /// <summary>Units promised.</summary>
    public int Granted { get; set; }

    /// <summary>Units that can still be promised.</summary>
    public int Free => Capacity - Granted;

    /// <summary>
    /// Promises <paramref name="amount"/> units, or returns false when they are not there. Call it first in the transaction
    /// of the approval: the row's lock puts all decisions about one pool in a line.
    /// </summary>
    internal static async Task<bool> TakeAsync(PortalDb db, Guid poolId, int amount, CancellationToken ct) =>
        await db.Set<PoolLedger>().Where(l => l.PoolId == poolId && l.Granted + amount <= l.Capacity)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.Granted, l => l.Granted + amount), ct) == 1;

    /// <summary>Waits for every other transaction about the pool and holds them off until this one ends.</summary>
    internal static Task LockAsync(PortalDb db, Guid poolId, CancellationToken ct) =>
        db.Set<PoolLedger>().Where(l => l.PoolId == poolId).ExecuteUpdateAsync(s => s.SetProperty(l => l.Granted, l => l.Granted), ct);

    /// <summary>Gives <paramref name="amount"/> units back, in the transaction that ends the grant.</summary>
    internal static async Task GiveBackAsync(PortalDb db, Guid poolId, int amount, CancellationToken ct) =>
        await db.Set<PoolLedger>().Where(l => l.PoolId == poolId)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.Granted, l => l.Granted - amount), ct);

    /// <summary>Changes the capacity, or returns false when more than that is promised.</summary>
    internal static async Task<bool> ResizeAsync(PortalDb db, Guid poolId, int capacity, CancellationToken ct) =>
        await db.Set<PoolLedger>().Where(l => l.PoolId == poolId && l.Granted <= capacity)
            .ExecuteUpdateAsync(s => s.SetProperty(l => l.Capacity, capacity), ct) == 1;

    internal sealed class Mapping : IEntityTypeConfiguration<PoolLedger>
    {
        public void Configure(EntityTypeBuilder<PoolLedger> builder)
        {
            builder.ToTable("pool_ledgers", t => t.HasCheckConstraint(
                "ck_pool_ledgers_granted", "\"Granted\" >= 0 AND \"Granted\" <= \"Capacity\""));
            builder.HasKey(l => l.PoolId);
            builder.Ignore(l => l.Free);
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Cluster;
using Portal.Core.Data;

namespace Portal.Core.Ownership;

/// <summary>
/// The disputes as the writers of all clusters look them up, at every object of every pass: from memory, and read again
/// when one was stored. Each is noted and audited once, not at every pass.
/// </summary>
public sealed class DisputeBook : IDisposable
{
    private readonly IDbContextFactory<PortalDb> _databases;
    private readonly TimeProvider _clock;
    private readonly IDisposable _subscription;
    private volatile Reading? _known;
    private long _stored;

    /// <summary>Subscribes to the feed: what another replica stored is read again too.</summary>
    public DisputeBook(IDbContextFactory<PortalDb> databases, IChangeFeed feed, TimeProvider clock)
    {
        (_databases, _clock) = (databases, clock);
        _subscription = feed.Subscribe(change =>
        {
            if (change.Kind == nameof(ObjectDispute) || change.IsEverything)
                Interlocked.Increment(ref _stored);
        });
    }

    /// <summary>The dispute about an object, or null.</summary>
    public async Task<ObjectDispute?> FindAsync(Guid clusterId, ObjectKey key, CancellationToken ct) =>
        (await RowsAsync(ct)).GetValueOrDefault(KeyOf(clusterId, key));

    /// <summary>The disputes about an owner's objects of a kind in a namespace.</summary>
    internal async Task<IReadOnlyList<ObjectDispute>> OfAsync(Guid clusterId, ResourceType type, string? ns, ReconcileOwner owner, CancellationToken ct) =>
    [
        .. (await RowsAsync(ct)).Values.Where(d => d.ClusterId == clusterId && d.OwnerKind == owner.Kind && d.OwnerId == owner.Id
            && d.ApiGroup == type.Group && d.ObjectKind == type.Kind && d.Namespace == (ns ?? "")),
    ];

    private async Task<Dictionary<(Guid, string, string, string), ObjectDispute>> RowsAsync(CancellationToken ct)
    {
        // Counted before it is read: what is stored while it is read makes the reading old, whichever of the two ends first.
        var stored = Interlocked.Read(ref _stored);
        var known = _known;
        if (known is null || known.Stored != stored)
            _known = known = new Reading(stored, ReadAsync());
        try
        {
            return await known.Rows.WaitAsync(ct);
        }
        catch when (known.Rows.IsFaulted)
        {
            // A database that was away for a moment must not be remembered as an answer.
            _known = null;
            throw;
        }
    }

    /// <summary>Notes that others hold fields of an object, or all of it. One that was decided is open again when it is about other fields.</summary>
    internal async Task NoteAsync(
        Guid clusterId, ObjectKey key, ReconcileOwner owner, ObjectKeeper keeper, IReadOnlyList<FieldConflict> conflicts, CancellationToken ct)
    {
        var known = await FindAsync(clusterId, key, ct);
        if (known is not null && Same(known, keeper, conflicts))
            return;
        await using var db = await _databases.CreateDbContextAsync(ct);
        var dispute = known is null ? null : await db.Set<ObjectDispute>().SingleOrDefaultAsync(d => d.Id == known.Id, ct);
        if (dispute is null)
            db.Add(dispute = New(clusterId, key, owner));
        dispute.ProjectId = await ProjectOfAsync(db, owner, key, ct);
        dispute.Conflicts = [.. dispute.Conflicts.Union(conflicts)];
        (dispute.Keeper, dispute.KeeperName, dispute.Decision) = (keeper.Kind, keeper.Name, DisputeDecision.Open);
        dispute.Generation++;
        db.Audit(Record(dispute, Actor.Reconciler, "object.disputed"));
        await SaveAsync(db, dispute, ct);
    }

    /// <summary>Forgets the disputes about a row's objects, in the commit with which the objects are gone.</summary>
    internal static async Task DropAsync(PortalDb db, ReconcileOwner owner, CancellationToken ct) =>
        db.RemoveRange(await db.Set<ObjectDispute>().Where(d => d.OwnerKind == owner.Kind && d.OwnerId == owner.Id).ToListAsync(ct));

    /// <summary>The object is as wanted again, or gone: the dispute is over.</summary>
    internal async Task SettleAsync(ObjectDispute known, CancellationToken ct, bool isGone = false)
    {
        await using var db = await _databases.CreateDbContextAsync(ct);
        if (await db.Set<ObjectDispute>().SingleOrDefaultAsync(d => d.Id == known.Id, ct) is not { } dispute)
            return;
        db.Remove(dispute);
        db.Audit(Record(dispute, Actor.Reconciler, dispute.Decision == DisputeDecision.TakeOver && !isGone ? "object.taken_over" : "object.dispute_over"));
        await SaveAsync(db, dispute, ct);
    }

    /// <summary>Audits that an object which somebody had changed or deleted was set right.</summary>
    /// <param name="fields">What had been changed; empty when the whole object was gone.</param>
    internal Task RepairedAsync(ObjectKey key, ReconcileOwner owner, IReadOnlyList<FieldChange> fields, CancellationToken ct) =>
        TellAsync(fields.Count == 0 ? "object.made_again" : "object.set_right", key, owner, fields, ct);

    /// <summary>Audits that the cluster itself makes fields of an object otherwise than they were applied.</summary>
    internal Task OverruledAsync(ObjectKey key, ReconcileOwner owner, IReadOnlyList<FieldChange> fields, CancellationToken ct) =>
        TellAsync("object.overruled", key, owner, fields, ct);

    private async Task TellAsync(string action, ObjectKey key, ReconcileOwner owner, IReadOnlyList<FieldChange> fields, CancellationToken ct)
    {
        await using var db = await _databases.CreateDbContextAsync(ct);
        var project = await ProjectOfAsync(db, owner, key, ct);
        db.Audit(new AuditRecord(Actor.Reconciler, action, "object", owner.Id)
        {
            ProjectId = project,
            Details =
            {
                ["object"] = $"{key.Type.Kind} {key.Name}",
                ["fields"] = string.Join(", ", fields.Take(10).Select(f => f.Path)),
            },
        });
        db.Changed(new RowChange(owner.Kind, owner.Id, project, NeedsReconcile: false));
        await db.SaveChangesAsync(ct);
    }

    /// <inheritdoc/>
    public void Dispose() => _subscription.Dispose();

    internal static AuditRecord Record(ObjectDispute dispute, Actor actor, string action) => new(actor, action, "object", dispute.Id)
    {
        ProjectId = dispute.ProjectId,
        Details =
        {
            ["object"] = $"{dispute.ObjectKind} {dispute.Name}",
            ["fields"] = string.Join(", ", dispute.Conflicts.Select(c => c.Field)),
            ["manager"] = dispute.Conflicts.Count > 0 ? string.Join(", ", dispute.Conflicts.Select(c => c.Manager).Distinct()) : $"{dispute.Keeper} {dispute.KeeperName}".Trim(),
        },
    };

    private static bool Same(ObjectDispute known, ObjectKeeper keeper, IReadOnlyList<FieldConflict> conflicts) =>
        known.Keeper == keeper.Kind && known.KeeperName == keeper.Name && conflicts.All(known.Conflicts.Contains);

    // What is committed in parallel by a replica that lost its lease is the same note.
    private async Task SaveAsync(PortalDb db, ObjectDispute dispute, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
        }
        catch (DbUpdateException)
        {
            await using var again = await _databases.CreateDbContextAsync(ct);
            if (!await again.Set<ObjectDispute>().AnyAsync(d => d.Id != dispute.Id && d.ClusterId == dispute.ClusterId && d.ApiGroup == dispute.ApiGroup
                && d.ObjectKind == dispute.ObjectKind && d.Namespace == dispute.Namespace && d.Name == dispute.Name, ct))
                throw;
        }
    }

    private static async Task<Guid?> ProjectOfAsync(PortalDb db, ReconcileOwner owner, ObjectKey key, CancellationToken ct) =>
        await db.Projects.Where(p => p.Id == owner.Id || (key.Namespace != null && p.Namespace == key.Namespace))
            .Select(p => (Guid?)p.Id).FirstOrDefaultAsync(ct);

    private ObjectDispute New(Guid clusterId, ObjectKey key, ReconcileOwner owner) => new()
    {
        ClusterId = clusterId,
        OwnerKind = owner.Kind,
        OwnerId = owner.Id,
        ApiGroup = key.Type.Group,
        ObjectKind = key.Type.Kind,
        Namespace = key.Namespace ?? "",
        Name = key.Name,
        Since = _clock.GetUtcNow(),
        Generation = 0,
    };

    private static (Guid, string, string, string) KeyOf(Guid clusterId, ObjectKey key) =>
        (clusterId, $"{key.Type.Group}/{key.Type.Kind}", key.Namespace ?? "", key.Name);

    // Many wait for one reading: it goes on when the one who began it gives up.
    private async Task<Dictionary<(Guid, string, string, string), ObjectDispute>> ReadAsync()
    {
        await using var db = await _databases.CreateDbContextAsync();
        return await db.Set<ObjectDispute>().AsNoTracking()
            .ToDictionaryAsync(d => (d.ClusterId, $"{d.ApiGroup}/{d.ObjectKind}", d.Namespace, d.Name));
    }

    private sealed record Reading(long Stored, Task<Dictionary<(Guid, string, string, string), ObjectDispute>> Rows);
}

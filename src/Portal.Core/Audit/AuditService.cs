using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Audit;

/// <summary>Reads and verifies the audit log. There is nothing that changes it.</summary>
public sealed class AuditService(IDbContextFactory<PortalDb> databases, AccessGate gate)
{
    private const int Batch = 1000;

    /// <summary>A page of entries, newest first. <see cref="Page{T}.Next"/> continues into the past.</summary>
    [Requires(Permission.AuditView)]
    public async Task<Result<Page<AuditEntry>>> ListAsync(Actor actor, AuditFilter filter, ListQuery query, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.AuditView, Scope.Platform, "audit", null, ct) is { } denied)
            return denied;
        var entries = filter.Of(db.AuditEntries.AsNoTracking());
        int? total = null;
        var skip = query.Skip;
        if (KeyCursor.Number(query.Cursor) is { } before)
        {
            (entries, skip) = (entries.Where(e => e.Seq < before), 0);
        }
        else if (filter.IsOpen)
        {
            // The numbers have no gaps, so the page is known without reading what lies before it.
            var head = await db.Set<AuditHead>().AsNoTracking().Select(h => h.Seq).SingleAsync(ct);
            var first = head - skip;
            (entries, skip, total) = (entries.Where(e => e.Seq <= first), 0, (int)head);
        }
        var rows = await entries.OrderByDescending(e => e.Seq).Skip(skip).Take(query.Limit + 1).ToListAsync(ct);
        if (!filter.IsOpen)
            total = await entries.TotalAsync(query, rows.Count, ct);
        if (rows.Count <= query.Limit)
            return new Page<AuditEntry>(rows, total);
        rows.RemoveAt(query.Limit);
        return new Page<AuditEntry>(rows, total, KeyCursor.Of(rows[^1].Seq));
    }

    /// <summary>All matching entries in the order of the chain, read as they are taken. The export itself is audited.</summary>
    [Requires(Permission.AuditView)]
    public async Task<Result<AuditExport>> ExportAsync(Actor actor, AuditFilter filter, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.AuditView, Scope.Platform, "audit", null, ct) is { } denied)
            return denied;
        db.Audit(new AuditRecord(actor, "audit.exported", "audit", null));
        await db.SaveChangesAsync(ct);
        return new AuditExport(ReadAsync(filter, ct));
    }

    /// <summary>Walks the chain from its first entry and compares its end with the stored head, which a cut tail would not reach.</summary>
    [Requires(Permission.AuditVerify)]
    public async Task<Result<AuditVerification>> VerifyAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.AuditVerify, Scope.Platform, "audit", null, ct) is { } denied)
            return denied;
        var head = await db.Set<AuditHead>().AsNoTracking().SingleAsync(ct);
        var end = (Seq: 0L, Hash: AuditChain.Genesis);
        long? broken = null;
        while (broken is null && end.Seq < head.Seq)
        {
            var batch = await db.AuditEntries.AsNoTracking().Where(e => e.Seq > end.Seq && e.Seq <= head.Seq)
                .OrderBy(e => e.Seq).Take(Batch).ToListAsync(ct);
            broken = batch.Count == 0 ? end.Seq + 1 : AuditChain.FirstBroken(batch, end);
            if (broken is null)
                end = (batch[^1].Seq, batch[^1].Hash);
        }
        if (broken is null && end.Hash != head.Hash)
            broken = end.Seq;
        db.Audit(new AuditRecord(actor, "audit.verified", "audit", null) { Details = { ["entries"] = end.Seq, ["firstBroken"] = broken } });
        await db.SaveChangesAsync(ct);
        return new AuditVerification(end.Seq, broken, end.Hash);
    }

    private async IAsyncEnumerable<AuditEntry> ReadAsync(AuditFilter filter, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        await foreach (var entry in filter.Of(db.AuditEntries.AsNoTracking()).OrderBy(e => e.Seq).AsAsyncEnumerable().WithCancellation(ct))
            yield return entry;
    }
}

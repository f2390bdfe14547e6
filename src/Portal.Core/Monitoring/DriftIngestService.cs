using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Drift.Csv;
using Portal.Core.Results;

namespace Portal.Core.Monitoring;

/// <summary>Takes production data: files, rows in a call, and the events of a model server's logger.</summary>
public sealed class DriftIngestService(IDbContextFactory<PortalDb> databases, AccessGate gate, TimeProvider clock)
{
    private const int Attempts = 10;

    /// <summary>
    /// Counts a CSV file into the windows of its time column; without one everything goes to the window of
    /// <paramref name="at"/>, or of now. All or nothing, and the same file only once.
    /// </summary>
    [Requires(Permission.DriftIngest)]
    public async Task<Result<IngestSummary>> UploadAsync(Actor actor, Guid id, string fileName, Stream csv, DateTimeOffset? at, CancellationToken ct)
    {
        var prepared = await PrepareAsync(actor, id, ct);
        if (!prepared.Succeeded)
            return prepared.Refusal;
        var (model, reference) = prepared.Value;
        var spooled = await SpooledFile.CreateAsync(csv, ct);
        if (!spooled.Succeeded)
            return spooled.Refusal;
        await using var file = spooled.Value;
        var read = await Task.Run(() => Read(file.Content, model, reference, at ?? clock.GetUtcNow(), ct), ct);
        if (!read.Succeeded)
            return read.Refusal;
        return await AddAsync(actor, id, reference, read.Value, InferenceEvent.Digest(Convert.FromHexString(file.Hash)), Path.GetFileName(fileName), ct);
    }

    /// <summary>
    /// Counts rows given as JSON: an array of objects, or {"rows": [...]}. A row's time is in its time column or in
    /// "time"; without it the row counts now. The call's idempotency key keeps a repeat from counting twice.
    /// </summary>
    [Requires(Permission.DriftIngest)]
    public async Task<Result<IngestSummary>> AddRowsAsync(Actor actor, Guid id, JsonElement rows, CancellationToken ct)
    {
        var prepared = await PrepareAsync(actor, id, ct);
        if (!prepared.Succeeded)
            return prepared.Refusal;
        var (model, reference) = prepared.Value;
        var list = rows.ValueKind == JsonValueKind.Object && rows.TryGetProperty("rows", out var inner) ? inner : rows;
        if (list.ValueKind != JsonValueKind.Array || InferencePayload.Read(list, reference, isResponse: false) is not { } cells)
            return MonitoringErrors.RowsUnreadable;
        var sketcher = new RowSketcher(reference, model.Window);
        foreach (var (row, i) in list.EnumerateArray().Select((r, i) => (r, i)))
        {
            if (row.ValueKind != JsonValueKind.Object)
                return MonitoringErrors.RowsUnreadable;
            var time = clock.GetUtcNow();
            if (TimeOf(row, reference.TimeColumn) is { } text && !TimeField.TryParse(text, out time))
                return CsvRefusals.BadTime(i + 1, reference.TimeColumn ?? "time");
            sketcher.Add(time, cells[i], countsAsRow: true, whole: true);
        }

        return await AddAsync(actor, id, reference, sketcher.Windows(), null, null, ct);
    }

    /// <summary>
    /// Stores an event to be counted soon and answers at once. A second delivery is counted as a duplicate and nothing else;
    /// the same id with other content is another event whose id repeated.
    /// </summary>
    [Requires(Permission.DriftIngest)]
    public async Task<Result> ReceiveAsync(Actor actor, Guid id, InferenceEvent received, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var opened = await db.OpenModelAsync(gate, actor, Permission.DriftIngest, id, ct);
        if (!opened.Succeeded)
            return opened.Refusal;
        if (received.Body.Length > InferencePayload.MostBytes)
            return MonitoringErrors.EventTooLarge;

        var (key, body, now) = (received.Key, received.BodyHash, clock.GetUtcNow());
        var known = await db.Set<IngestedEvent>().AsNoTracking().Where(e => e.ModelId == id && e.Key == key).Select(e => e.BodyHash).SingleOrDefaultAsync(ct);
        var models = db.Set<MonitoredModel>().Where(m => m.Id == id);
        if (known == body)
        {
            await models.ExecuteUpdateAsync(s => s.SetProperty(m => m.Duplicates, m => m.Duplicates + 1), ct);
            return Result.Done;
        }

        if (known is not null)
        {
            await models.ExecuteUpdateAsync(s => s.SetProperty(m => m.IdConflicts, m => m.IdConflicts + 1), ct);
            key = InferenceEvent.Digest(System.Text.Encoding.UTF8.GetBytes(key + body));
        }

        db.Add(new IngestedEvent
        {
            ModelId = id,
            Key = key,
            BodyHash = body,
            At = received.Time ?? now,
            ReceivedAt = now,
            IsResponse = received.IsResponse,
            Pending = true,
            Body = received.Body,
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // The same event on two connections at once: the key let one through.
            await models.ExecuteUpdateAsync(s => s.SetProperty(m => m.Duplicates, m => m.Duplicates + 1), ct);
        }
        return Result.Done;
    }

    private static string? TimeOf(JsonElement row, string? column) =>
        (column is not null && row.TryGetProperty(column, out var time)) || row.TryGetProperty("time", out time)
            ? time.ValueKind == JsonValueKind.String ? time.GetString() : time.GetRawText()
            : null;

    private static Result<IReadOnlyList<WindowData>> Read(
        Stream content, MonitoredModel model, OpenReference reference, DateTimeOffset at, CancellationToken ct)
    {
        var table = CsvTable.Open(content);
        if (!table.Succeeded) return table.Refusal;
        // A file without the reference's time column may still have one of its own.
        var time = reference.TimeColumn is { } column && table.Value.IndexOf(column) >= 0 ? column : null;
        if (time is null)
        {
            var inferred = SchemaInference.Infer(table.Value);
            if (!inferred.Succeeded) return inferred.Refusal;
            time = inferred.Value.FirstOrDefault(c => c.Role == ColumnRole.Time && reference.References.All(r => r.Feature != c.Name))?.Name;
        }

        return WindowScan.Sketch(table.Value, reference.References, time, model.Window.Span(), at, ct);
    }

    private async Task<Result<(MonitoredModel, OpenReference)>> PrepareAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var opened = await db.OpenModelAsync(gate, actor, Permission.DriftIngest, id, ct);
        if (!opened.Succeeded)
            return opened.Refusal;
        return await OpenReference.LoadAsync(db, opened.Value.ReferenceId, ct) is { } reference
            ? (opened.Value, reference)
            : MonitoringErrors.NoReference(opened.Value.Name);
    }

    private async Task<Result<IngestSummary>> AddAsync(
        Actor actor, Guid id, OpenReference reference, IReadOnlyList<WindowData> windows, string? fileKey, string? fileName, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            if (await db.Set<MonitoredModel>().SingleOrDefaultAsync(m => m.Id == id, ct) is not { } model)
                return Refusal.NotFound(MonitoredModels.What);
            if (fileKey is not null)
            {
                var known = await db.Set<IngestedEvent>().AsNoTracking().SingleOrDefaultAsync(e => e.ModelId == id && e.Key == fileKey, ct);
                if (known is not null)
                    return MonitoringErrors.SameFile(known.ReceivedAt);
                db.Add(new IngestedEvent { ModelId = id, Key = fileKey, BodyHash = fileKey, At = clock.GetUtcNow(), ReceivedAt = clock.GetUtcNow() });
            }

            await WindowWriter.AddAsync(db, model, reference, windows, clock.GetUtcNow(), ct);
            var summary = new IngestSummary(windows.Sum(w => w.Rows), windows.Count, windows.FirstOrDefault()?.Start, windows.LastOrDefault()?.Start);
            db.Audit(new AuditRecord(actor, "monitored_model.data_added", MonitoredModels.What, id)
            {
                ProjectId = model.ProjectId,
                Details = { ["rows"] = summary.Rows, ["windows"] = summary.Windows, ["file"] = fileName },
            });
            try
            {
                await db.SaveChangesAsync(ct);
                return summary;
            }
            catch (DbUpdateException) when (attempt < Attempts)
            {
                // Somebody else added to one of these windows: merge into what they stored.
            }
        }
    }
}

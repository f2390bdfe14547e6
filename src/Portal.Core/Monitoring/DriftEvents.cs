using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Portal.Core.Data;

namespace Portal.Core.Monitoring;

/// <summary>Counts stored events into their windows. One unit of work per model and batch, so that each event counts once.</summary>
public sealed partial class DriftEvents(IDbContextFactory<PortalDb> databases, TimeProvider clock, ILogger<DriftEvents> log)
{
    private const int Batch = 200;
    private static readonly TimeSpan KeysKept = TimeSpan.FromHours(48);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan HoursKept = TimeSpan.FromDays(30);
    private static readonly TimeSpan DaysKept = TimeSpan.FromDays(400);

    // Models whose events could not be counted, until when they are left alone: the others go on.
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _resting = [];

    /// <summary>Counts what waits; returns how many events were done.</summary>
    public async Task<int> ProcessAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var waiting = await db.Set<IngestedEvent>().Where(e => e.Pending)
            .Join(db.Set<MonitoredModel>().Where(m => m.ReferenceId != null), e => e.ModelId, m => m.Id, (e, m) => e.ModelId)
            .Distinct().ToListAsync(ct);
        var done = 0;
        foreach (var model in waiting.Where(m => !_resting.TryGetValue(m, out var until) || until <= clock.GetUtcNow()))
        {
            try
            {
                done += await ProcessAsync(model, ct);
                _resting.TryRemove(model, out _);
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                _resting[model] = clock.GetUtcNow() + AfterFailure;
                LogFailed(log, error, model);
            }
        }
        return done;
    }

    /// <summary>
    /// Forgets the keys of events that can no longer come again, events that waited as long in vain for their model's reference,
    /// and windows that are older than they are kept.
    /// </summary>
    public async Task ForgetAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        await ForgetWindowsAsync(db, WindowLength.Hour, now - HoursKept, ct);
        await ForgetWindowsAsync(db, WindowLength.Day, now - DaysKept, ct);
        var before = now - KeysKept;
        // Files are told by their content alone and stay known.
        await db.Set<IngestedEvent>().Where(e => !e.Pending && e.ReceivedAt < before && e.Key != e.BodyHash).ExecuteDeleteAsync(ct);
        var without = db.Set<MonitoredModel>().Where(m => m.ReferenceId == null).Select(m => m.Id);
        await db.Set<IngestedEvent>().Where(e => e.Pending && e.ReceivedAt < before && without.Contains(e.ModelId)).ExecuteDeleteAsync(ct);
    }

    // Old data that was added lately is there because somebody wants to see it.
    private static Task<int> ForgetWindowsAsync(PortalDb db, WindowLength length, DateTimeOffset before, CancellationToken ct)
    {
        var models = db.Set<MonitoredModel>().Where(m => m.Window == length).Select(m => m.Id);
        return db.Set<DriftWindow>().Where(w => models.Contains(w.ModelId) && w.Start < before && w.ReportedAt < before).ExecuteDeleteAsync(ct);
    }

    private async Task<int> ProcessAsync(Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var model = await db.Set<MonitoredModel>().SingleAsync(m => m.Id == id, ct);
        if (await OpenReference.LoadAsync(db, model.ReferenceId, ct) is not { } reference) return 0;
        var events = await db.Set<IngestedEvent>().AsNoTracking().Where(e => e.ModelId == id && e.Pending)
            .OrderBy(e => e.ReceivedAt).ThenBy(e => e.Key).Take(Batch).ToListAsync(ct);
        var keys = events.ConvertAll(e => e.Key);

        // Claimed first: of two replicas at the same batch the second finds nothing to claim and leaves.
        var claimed = await db.Set<IngestedEvent>().Where(e => e.ModelId == id && e.Pending && keys.Contains(e.Key))
            .ExecuteUpdateAsync(s => s.SetProperty(e => e.Pending, false).SetProperty(e => e.Body, (byte[]?)null), ct);
        if (claimed != events.Count) return 0;

        var sketcher = new RowSketcher(reference, model.Window);
        foreach (var received in events)
        {
            if (!Count(received, reference, sketcher)) model.Unreadable++;
        }

        await WindowWriter.AddAsync(db, model, reference, sketcher.Windows(), clock.GetUtcNow(), ct);
        try
        {
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
            return events.Count;
        }
        catch (DbUpdateException)
        {
            // A file was added to the same window meanwhile; the events wait for the next round.
            return 0;
        }
    }

    // A body that cannot be read is counted and dropped: it must not block the ones behind it.
    private static bool Count(IngestedEvent received, OpenReference reference, RowSketcher sketcher)
    {
        try
        {
            using var body = JsonDocument.Parse(received.Body);
            if (InferencePayload.Read(body.RootElement, reference, received.IsResponse) is not { } rows) return false;
            foreach (var row in rows) sketcher.Add(received.At, row, countsAsRow: !received.IsResponse);
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Events of model {Model} could not be counted; they stay stored and are tried again")]
    private static partial void LogFailed(ILogger logger, Exception error, Guid model);
}

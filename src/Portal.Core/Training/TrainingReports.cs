using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Training;

/// <summary>Takes in what running code reports with its run's token. A report sent twice is stored once.</summary>
public sealed class TrainingReports(IDbContextFactory<PortalDb> databases, AccessGate gate, IChangeFeed feed)
{
    private const string What = "training";

    /// <summary>The run whose token this is; "not found" for a wrong one and for one whose run has ended.</summary>
    [Requires(Permission.TrainingReport)]
    public async Task<Result<ReportingRun>> FindAsync(Actor actor, string token, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.TrainingReport, Scope.Platform, What, null, ct) is { } denied)
            return denied;
        var hash = TrainingReconciler.HashOf(token);
        var run = token.Length == 0 ? null : await db.Set<TrainingRun>().AsNoTracking().Where(r => r.TokenHash == hash)
            .Select(r => new ReportingRun(r.Id, r.Name, r.ProjectId, r.Project!.Name, r.ReportedStatus, r.CreatedBy, r.CreatedAt, r.StartedAt))
            .SingleOrDefaultAsync(ct);
        return run is null ? Refusal.NotFound(What) : run;
    }

    /// <summary>Stores metrics, parameters and tags of a run: all of a call or none of it.</summary>
    [Requires(Permission.TrainingReport)]
    public async Task<Result> LogAsync(Actor actor, Guid runId, Report report, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.TrainingReport, Scope.Platform, What, runId, ct) is { } denied)
            return denied;
        if (ReportRules.Check(report) is { } bad)
            return bad;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // The row's lock keeps two calls of one run in line, so that the bounds hold and equal points meet.
        var project = await db.Set<TrainingRun>().Where(r => r.Id == runId && r.TokenHash != "").Select(r => (Guid?)r.ProjectId).SingleOrDefaultAsync(ct);
        if (project is null || await db.Set<TrainingRun>().Where(r => r.Id == runId).ExecuteUpdateAsync(s => s.SetProperty(r => r.TokenHash, r => r.TokenHash), ct) == 0)
            return Refusal.NotFound(What);
        if (await AddMetricsAsync(db, runId, report.Metrics, ct) is { } many)
            return many;
        if (await AddNotesAsync(db, runId, report.Notes, ct) is { } changed)
            return changed;
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        // Metrics are rows without an id of their own: the run's page is what has changed.
        feed.Publish(new RowChange(nameof(TrainingRun), runId, project, NeedsReconcile: false));
        return Result.Done;
    }

    /// <summary>Notes the state that the code itself claims; what the cluster shows decides.</summary>
    [Requires(Permission.TrainingReport)]
    public async Task<Result> ReportStatusAsync(Actor actor, Guid runId, string status, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.TrainingReport, Scope.Platform, What, runId, ct) is { } denied)
            return denied;
        if (status is not ("RUNNING" or "SCHEDULED" or "FINISHED" or "FAILED" or "KILLED"))
            return new Refusal("report.status").With("status", status);
        var found = await db.Set<TrainingRun>().Where(r => r.Id == runId)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.ReportedStatus, status), ct);
        return found == 0 ? Refusal.NotFound(What) : Result.Done;
    }

    private static async Task<Refusal?> AddMetricsAsync(PortalDb db, Guid runId, IReadOnlyList<MetricPoint> points, CancellationToken ct)
    {
        if (points.Count == 0)
            return null;
        var keys = points.Select(p => p.Key).Distinct().ToList();
        var (first, last) = (points.Min(p => p.Step), points.Max(p => p.Step));
        var known = await db.Set<TrainingMetric>().AsNoTracking()
            .Where(m => m.RunId == runId && keys.Contains(m.Key) && m.Step >= first && m.Step <= last)
            .Select(m => new { m.Key, m.Step, m.Timestamp, m.Value, m.IsNaN })
            .ToHashSetAsync(ct);
        var added = points.Select(p => new { p.Key, p.Step, p.Timestamp, Value = double.IsNaN(p.Value) ? 0 : p.Value, IsNaN = double.IsNaN(p.Value) })
            .Where(known.Add).ToList();
        if (added.Count > 0 && await db.Set<TrainingMetric>().CountAsync(m => m.RunId == runId, ct) + added.Count > ReportLimits.Metrics)
            return new Refusal("report.too_many_metrics").With("limit", ReportLimits.Metrics);
        db.AddRange(added.Select(p => new TrainingMetric
        {
            RunId = runId,
            Key = p.Key,
            Step = p.Step,
            Timestamp = p.Timestamp,
            Value = p.Value,
            IsNaN = p.IsNaN,
        }));
        return null;
    }

    private static async Task<Refusal?> AddNotesAsync(PortalDb db, Guid runId, IReadOnlyList<ReportedNote> notes, CancellationToken ct)
    {
        if (notes.Count == 0)
            return null;
        var known = await db.Set<TrainingNote>().Where(n => n.RunId == runId).ToDictionaryAsync(n => (n.Kind, n.Key), ct);
        foreach (var note in notes)
        {
            if (!known.TryGetValue((note.Kind, note.Key), out var row))
            {
                known[(note.Kind, note.Key)] = row = new TrainingNote { RunId = runId, Kind = note.Kind, Key = note.Key, Value = note.Value };
                db.Add(row);
            }
            else if (note.Kind == NoteKind.Parameter && row.Value != note.Value)
            {
                return new Refusal("report.parameter_changed").With("key", note.Key);
            }
            row.Value = note.Value;
        }
        return known.Count > ReportLimits.Notes ? new Refusal("report.too_many_notes").With("limit", ReportLimits.Notes) : null;
    }
}

/// <summary>The run that a token stands for.</summary>
public sealed record ReportingRun(
    Guid Id, string Name, Guid ProjectId, string ProjectName, string Status, Guid CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt);

/// <summary>What one call reports.</summary>
public sealed record Report(IReadOnlyList<MetricPoint> Metrics, IReadOnlyList<ReportedNote> Notes);

/// <summary>A metric's value; <paramref name="Timestamp"/> in milliseconds since 1970.</summary>
public readonly record struct MetricPoint(string Key, long Step, long Timestamp, double Value);

/// <summary>A parameter or tag.</summary>
public readonly record struct ReportedNote(NoteKind Kind, string Key, string Value);

/// <summary>Bounds of one call. Pure.</summary>
public static class ReportRules
{
    /// <summary>Null when the call may be stored.</summary>
    public static Refusal? Check(Report report)
    {
        if (report.Metrics.Count > ReportLimits.MetricsPerBatch)
            return new Refusal("report.batch").With("limit", ReportLimits.MetricsPerBatch);
        if (report.Notes.Count > 2 * ReportLimits.NotesPerBatch)
            return new Refusal("report.batch").With("limit", ReportLimits.NotesPerBatch);
        if (report.Metrics.Select(m => m.Key).Concat(report.Notes.Select(n => n.Key)).FirstOrDefault(k => !IsKey(k)) is { } key)
            return new Refusal("report.key").With("key", key.Length > 50 ? key[..50] : key).With("limit", ReportLimits.KeyLength);
        return report.Notes.Any(n => n.Value.Length > ReportLimits.ValueLength || n.Value.Contains('\0', StringComparison.Ordinal))
            ? new Refusal("report.value").With("limit", ReportLimits.ValueLength) : null;
    }

    // MLflow's own rule for names, so that what is accepted here is accepted there.
    private static bool IsKey(string key) => key.Length is > 0 and <= ReportLimits.KeyLength
        && key.All(c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or ' ' or ':' or '/' or '@' or '%' or '(' or ')');
}

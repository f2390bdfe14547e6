using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Drift.Csv;
using Portal.Core.Drift.Policy;
using Portal.Core.Drift.Sketches;

namespace Portal.Core.Monitoring;

/// <summary>
/// Adds new data to the stored windows of a model and makes their reports again, in the caller's unit of work. Sketches add
/// up in any order, so a writer that loses a race simply starts over.
/// </summary>
internal static class WindowWriter
{
    // Enough windows to know the alert's state: it depends on runs of three.
    private const int AlertWindows = 30;

    public static async Task AddAsync(
        PortalDb db, MonitoredModel model, OpenReference reference, IReadOnlyList<WindowData> windows, DateTimeOffset now, CancellationToken ct)
    {
        var limits = await db.Set<FeatureLimits>().Where(l => l.ModelId == model.Id).ToDictionaryAsync(l => l.Feature, ct);
        foreach (var data in windows)
        {
            var window = await db.Set<DriftWindow>().Include(w => w.Sketches).Include(w => w.Results).AsSplitQuery()
                .SingleOrDefaultAsync(w => w.ModelId == model.Id && w.ReferenceId == reference.Id && w.Start == data.Start, ct);
            if (window is null)
            {
                window = new DriftWindow { ModelId = model.Id, ProjectId = model.ProjectId, ReferenceId = reference.Id, Start = data.Start };
                db.Add(window);
            }
            else
            {
                window.Generation++;
            }

            window.Rows += data.Rows;
            WindowReport.Of(reference.Features, Merge(window, reference, data.Sketches), limits).WriteTo(window, now);
        }

        await UpdateModelAsync(db, model, now, ct);
    }

    /// <summary>Makes the reports of all windows again, after limits have changed.</summary>
    public static async Task ReportAgainAsync(PortalDb db, MonitoredModel model, OpenReference reference, DateTimeOffset now, CancellationToken ct)
    {
        var limits = await db.Set<FeatureLimits>().Where(l => l.ModelId == model.Id).ToDictionaryAsync(l => l.Feature, ct);
        foreach (var local in db.Set<FeatureLimits>().Local) limits[local.Feature] = local;
        var windows = await db.Set<DriftWindow>().Include(w => w.Sketches).Include(w => w.Results).AsSplitQuery()
            .Where(w => w.ModelId == model.Id && w.ReferenceId == reference.Id).ToListAsync(ct);
        foreach (var window in windows)
        {
            window.Generation++;
            WindowReport.Of(reference.Features, reference.Open(window), limits).WriteTo(window, now);
        }

        await UpdateModelAsync(db, model, now, ct);
    }

    private static FeatureSketch[] Merge(DriftWindow window, OpenReference reference, IReadOnlyList<FeatureSketch> added)
    {
        var stored = window.Sketches.ToDictionary(s => s.Position);
        var merged = new FeatureSketch[added.Count];
        for (var i = 0; i < added.Count; i++)
        {
            if (!stored.TryGetValue(i, out var row)) window.Sketches.Add(row = new WindowSketch { Position = i });
            merged[i] = row.Data.Length == 0 ? reference.Features[i].Reference.NewWindow() : reference.Features[i].Reference.ReadWindow(row.Data);
            merged[i].Merge(added[i]);
            row.Data = merged[i].ToBytes();
        }

        return merged;
    }

    private static async Task UpdateModelAsync(PortalDb db, MonitoredModel model, DateTimeOffset now, CancellationToken ct)
    {
        var stored = await db.Set<DriftWindow>().AsNoTracking().Where(w => w.ModelId == model.Id && w.ReferenceId == model.ReferenceId)
            .OrderByDescending(w => w.Start).Take(AlertWindows).Select(w => new { w.Start, w.Level }).ToListAsync(ct);
        var levels = stored.ToDictionary(w => w.Start, w => w.Level);
        foreach (var window in db.Set<DriftWindow>().Local.Where(w => w.ReferenceId == model.ReferenceId)) levels[window.Start] = window.Level;
        if (levels.Count == 0) return;

        var ordered = levels.OrderBy(w => w.Key).ToArray();
        model.LatestWindow = ordered[^1].Key;
        model.LatestLevel = ordered[^1].Value;
        var alert = WindowVerdict.IsAlert(ordered.Select(w => w.Value));
        model.AlertSince = alert ? model.AlertSince ?? now : null;
    }
}

/// <summary>A reference in working form.</summary>
internal sealed record OpenReference(Guid Id, string? TimeColumn, IReadOnlyList<(FeatureReference Reference, ColumnRole Role)> Features)
{
    public IReadOnlyList<FeatureReference> References { get; } = [.. Features.Select(f => f.Reference)];

    public static async Task<OpenReference?> LoadAsync(PortalDb db, Guid? id, CancellationToken ct)
    {
        if (id is null) return null;
        var set = await db.Set<ReferenceSet>().AsNoTracking().Include(r => r.Features).SingleAsync(r => r.Id == id, ct);
        return new(set.Id, set.TimeColumn, [.. set.Features.OrderBy(f => f.Position).Select(f => (f.Open(), f.Role))]);
    }

    /// <summary>The sketches of a window, in the order of the features.</summary>
    public FeatureSketch[] Open(DriftWindow window)
    {
        var stored = window.Sketches.ToDictionary(s => s.Position, s => s.Data);
        return [.. References.Select((r, i) => stored.TryGetValue(i, out var data) ? r.ReadWindow(data) : r.NewWindow())];
    }
}

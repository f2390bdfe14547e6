using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Drift.Policy;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Monitoring;

/// <summary>Reads monitored models, their windows and their features.</summary>
public sealed class MonitoringQueryService(IDbContextFactory<PortalDb> databases, AccessGate gate)
{
    /// <summary>Windows of the dashboard unless asked otherwise.</summary>
    public const int DefaultWindows = 45;

    private const int MostWindows = 400;

    /// <summary>A page of the models in the projects that the actor may see; alerts first unless sorted otherwise.</summary>
    [Requires(Permission.PortalUse)]
    public async Task<Result<Page<MonitoredModelRow>>> ListAsync(Actor actor, ListQuery query, Guid? projectId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, MonitoredModels.What, null, ct) is { } denied)
            return denied;
        var rows = db.Set<MonitoredModel>().AsNoTracking().VisibleTo(db, actor, await gate.RolesAsync(db, actor, Scope.Platform, ct))
            .Select(m => new { Model = m, Project = m.Project!.Name });
        if (projectId is not null)
            rows = rows.Where(r => r.Model.ProjectId == projectId);
        if (TextRules.SearchTerm(query.Search) is { } term)
            rows = rows.Where(r => r.Model.Name.ToLower().Contains(term) || r.Project.ToLower().Contains(term));

        var ordered = (query.Sort, query.Descending) switch
        {
            ("Name", false) => rows.OrderBy(r => r.Model.Name).ThenBy(r => r.Model.Id),
            ("Name", true) => rows.OrderByDescending(r => r.Model.Name).ThenBy(r => r.Model.Id),
            ("Project", false) => rows.OrderBy(r => r.Project).ThenBy(r => r.Model.Id),
            ("Project", true) => rows.OrderByDescending(r => r.Project).ThenBy(r => r.Model.Id),
            ("LatestWindow", false) => rows.OrderBy(r => r.Model.LatestWindow).ThenBy(r => r.Model.Id),
            ("LatestWindow", true) => rows.OrderByDescending(r => r.Model.LatestWindow).ThenBy(r => r.Model.Id),
            _ => rows.OrderByDescending(r => r.Model.AlertSince != null).ThenBy(r => r.Model.Name).ThenBy(r => r.Model.Id),
        };
        var skip = KeyCursor.Number(query.Cursor) is { } at ? (int)at : query.Skip;
        var page = await ordered.Skip(skip).Take(query.Limit + 1).Select(r => new MonitoredModelRow(
            r.Model.Id, r.Model.Name, r.Model.Version, r.Model.ProjectId, r.Project, r.Model.LatestLevel, r.Model.LatestWindow,
            r.Model.AlertSince, r.Model.ReferenceId != null, r.Model.CreatedAt)).ToListAsync(ct);
        var total = await rows.TotalAsync(query, page.Count, ct);
        var more = page.Count > query.Limit;
        if (more)
            page.RemoveAt(query.Limit);
        return new Page<MonitoredModelRow>(page, total, more ? KeyCursor.Of(skip + query.Limit) : null);
    }

    /// <summary>The dashboard of a model over its latest windows.</summary>
    [Requires(Permission.DriftView)]
    public async Task<Result<ModelDashboard>> GetAsync(Actor actor, Guid id, int windows, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var opened = await db.OpenModelAsync(gate, actor, Permission.DriftView, id, ct);
        if (!opened.Succeeded)
            return opened.Refusal;
        var model = opened.Value;
        var latest = await db.Set<DriftWindow>().AsNoTracking().Where(w => w.ModelId == id && w.ReferenceId == model.ReferenceId)
            .OrderByDescending(w => w.Start).Take(Math.Clamp(windows, 1, MostWindows)).Include(w => w.Results).AsSplitQuery().ToListAsync(ct);
        latest.Reverse();
        var features = await db.Set<ReferenceFeature>().AsNoTracking().Where(f => f.ReferenceId == model.ReferenceId)
            .OrderBy(f => f.Position).Select(f => new { f.Position, f.Name, f.Kind, f.Role }).ToListAsync(ct);
        var results = latest.ConvertAll(w => w.Results.ToDictionary(r => r.Position));
        return new ModelDashboard(
            id, model.Name, model.Version, model.ProjectId,
            await db.Projects.Where(p => p.Id == model.ProjectId).Select(p => p.Name).SingleAsync(ct), model.Window)
        {
            Generation = model.Generation,
            CreatedAt = model.CreatedAt,
            AlertSince = model.AlertSince,
            Duplicates = model.Duplicates,
            IdConflicts = model.IdConflicts,
            Unreadable = model.Unreadable,
            Reference = await db.Set<ReferenceSet>().AsNoTracking().Where(r => r.Id == model.ReferenceId)
                .Select(r => new ReferenceView(r.Id, r.FileName, r.Rows, r.CreatedAt, r.TimeColumn)).SingleOrDefaultAsync(ct),
            Windows = latest.ConvertAll(w => new WindowView(w.Id, w.Start, w.Rows, w.Level, w.Features, w.Drifted, w.ReportedAt)),
            Features = features.ConvertAll(f => new FeatureView(f.Name, f.Kind, f.Role, results.ConvertAll(r => r.GetValueOrDefault(f.Position)))),
            Roles = await gate.RolesAsync(db, actor, Scope.Project(model.ProjectId), ct),
        };
    }

    /// <summary>One feature of one window: every number of the report, the limits and both distributions.</summary>
    [Requires(Permission.DriftView)]
    public async Task<Result<FeatureDetail>> FeatureAsync(Actor actor, Guid id, Guid windowId, string feature, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var opened = await db.OpenModelAsync(gate, actor, Permission.DriftView, id, ct);
        if (!opened.Succeeded)
            return opened.Refusal;
        var window = await db.Set<DriftWindow>().AsNoTracking().Include(w => w.Results).SingleOrDefaultAsync(w => w.Id == windowId && w.ModelId == id, ct);
        if (window?.Results.FirstOrDefault(r => r.Feature == feature) is not { } result)
            return Refusal.NotFound("feature");
        var stored = await db.Set<ReferenceFeature>().AsNoTracking().SingleAsync(f => f.ReferenceId == window.ReferenceId && f.Position == result.Position, ct);
        var data = await db.Set<WindowSketch>().AsNoTracking().Where(s => s.WindowId == windowId && s.Position == result.Position).Select(s => s.Data).SingleAsync(ct);
        var limits = await db.Set<FeatureLimits>().AsNoTracking().SingleOrDefaultAsync(l => l.ModelId == id && l.Feature == feature, ct);

        var reference = stored.Open();
        var sketch = reference.ReadWindow(data);
        // The decision is the report's: the false discovery rate is over all features of the window, not over this one.
        var reasons = result.Reasons.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Enum.Parse<DriftReason>).ToArray();
        return new FeatureDetail(
            reference.Compare(sketch), new(feature, result.Level, reasons, result.Q, true),
            limits ?? new FeatureLimits { ModelId = id, Feature = feature }, Distribution.Of(reference, sketch));
    }
}

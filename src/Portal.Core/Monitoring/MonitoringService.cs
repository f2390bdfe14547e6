using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Drift.Csv;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Monitoring;

/// <summary>Sets up what is monitored: models, their references, the limits of features.</summary>
public sealed class MonitoringService(IDbContextFactory<PortalDb> databases, AccessGate gate, TimeProvider clock)
{
    /// <summary>Starts monitoring a model. The draft's id is the form's idempotency key.</summary>
    [Requires(Permission.ModelManage)]
    public async Task<Result<Guid>> CreateAsync(Actor actor, ModelDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ModelManage, Scope.Project(draft.ProjectId), "project", draft.ProjectId, ct) is { } denied)
            return denied;
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == draft.ProjectId, ct);
        if ((draft.Check() ?? ProjectRules.CheckOpen(project)) is { } bad)
            return bad;
        if (await FindAsync(db, draft, ct) is { } made)
            return made;
        var model = new MonitoredModel
        {
            Id = draft.Id,
            ProjectId = draft.ProjectId,
            Name = draft.Name.Trim(),
            Version = draft.Version.Trim(),
            Window = draft.Window,
            CreatedBy = actor.Id,
            CreatedAt = clock.GetUtcNow(),
        };
        db.Add(model);
        db.Audit(Record(actor, "monitored_model.created", model, new() { ["name"] = model.Name, ["version"] = model.Version, ["window"] = model.Window.ToString() }));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // One form sent twice, or two with one name: the indexes let one through.
            await using var again = await databases.CreateDbContextAsync(ct);
            if (await FindAsync(again, draft, ct) is { } other)
                return other;
            throw;
        }
        return model.Id;
    }

    /// <summary>Ends monitoring and removes everything that was kept of the model's data.</summary>
    [Requires(Permission.ModelManage)]
    public async Task<Result> DeleteAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var opened = await db.OpenModelAsync(gate, actor, Permission.ModelManage, id, ct);
        if (!opened.Succeeded)
            return opened.Refusal;
        db.Remove(opened.Value);
        db.Audit(Record(actor, "monitored_model.deleted", opened.Value, new() { ["name"] = opened.Value.Name }));
        await db.SaveChangesAsync(ct);
        return Result.Done;
    }

    /// <summary>
    /// Builds the reference from a CSV file. Windows that exist keep the reference they were compared with; data that comes
    /// later is compared with the new one.
    /// </summary>
    [Requires(Permission.ModelManage)]
    public async Task<Result<Guid>> SetReferenceAsync(
        Actor actor, Guid id, string fileName, Stream csv, ReferenceOptions options, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var opened = await db.OpenModelAsync(gate, actor, Permission.ModelManage, id, ct);
        if (!opened.Succeeded)
            return opened.Refusal;
        var spooled = await SpooledFile.CreateAsync(csv, ct);
        if (!spooled.Succeeded)
            return spooled.Refusal;
        await using var file = spooled.Value;
        var built = await Task.Run(() => Build(file.Content, options, ct), ct);
        if (!built.Succeeded)
            return built.Refusal;

        var (schema, data) = built.Value;
        var roles = schema.ToDictionary(c => c.Name, c => c.Role);
        var set = new ReferenceSet
        {
            ModelId = id,
            FileName = Path.GetFileName(fileName) is { Length: <= 200 } name ? name : "",
            Rows = data.Rows,
            CreatedAt = clock.GetUtcNow(),
            TimeColumn = schema.FirstOrDefault(c => c.Role == ColumnRole.Time)?.Name,
            Features = [.. data.Features.Select((f, i) => new ReferenceFeature { Position = i, Name = f.Feature, Kind = f.Kind, Role = roles[f.Feature], Data = f.ToBytes() })],
        };
        var model = opened.Value;
        db.Add(set);
        (model.ReferenceId, model.LatestLevel, model.LatestWindow, model.AlertSince) = (set.Id, null, null, null);
        model.Generation++;
        db.Audit(Record(actor, "monitored_model.reference_set", model, new() { ["file"] = set.FileName, ["rows"] = set.Rows, ["features"] = set.Features.Count, ["sha256"] = file.Hash }));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal("monitored_model.stale", RefusalKind.Conflict);
        }
        return set.Id;
    }

    /// <summary>Changes the limits of one feature and judges every window of the reference again.</summary>
    [Requires(Permission.ModelManage)]
    public async Task<Result> SetLimitsAsync(Actor actor, Guid id, FeatureLimits limits, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var opened = await db.OpenModelAsync(gate, actor, Permission.ModelManage, id, ct);
        if (!opened.Succeeded)
            return opened.Refusal;
        var model = opened.Value;
        if (await OpenReference.LoadAsync(db, model.ReferenceId, ct) is not { } reference)
            return MonitoringErrors.NoReference(model.Name);
        if (reference.References.All(r => r.Feature != limits.Feature))
            return Refusal.NotFound("feature");
        if (MonitoringErrors.Check(limits) is { } bad)
            return bad;

        var stored = await db.Set<FeatureLimits>().SingleOrDefaultAsync(l => l.ModelId == id && l.Feature == limits.Feature, ct);
        if (stored is null)
            db.Add(stored = new FeatureLimits { ModelId = id, Feature = limits.Feature });
        (stored.PsiWarn, stored.PsiDrift, stored.W1Warn, stored.W1Drift, stored.Critical) =
            (limits.PsiWarn, limits.PsiDrift, limits.W1Warn, limits.W1Drift, limits.Critical);
        model.Generation++;
        await WindowWriter.ReportAgainAsync(db, model, reference, clock.GetUtcNow(), ct);
        db.Audit(Record(actor, "monitored_model.limits_set", model, new() { ["feature"] = limits.Feature, ["psi"] = new[] { limits.PsiWarn, limits.PsiDrift }, ["w1"] = new[] { limits.W1Warn, limits.W1Drift }, ["critical"] = limits.Critical }));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal("monitored_model.stale", RefusalKind.Conflict);
        }
        return Result.Done;
    }

    private static Result<(IReadOnlyList<ColumnSchema>, ReferenceData)> Build(Stream content, ReferenceOptions options, CancellationToken ct)
    {
        var table = CsvTable.Open(content);
        if (!table.Succeeded) return table.Refusal;
        var inferred = SchemaInference.Infer(table.Value);
        if (!inferred.Succeeded) return inferred.Refusal;
        var schema = options.Apply(inferred.Value);
        if (!schema.Succeeded) return schema.Refusal;
        if (schema.Value.FirstOrDefault(c => c.Name.Length > ReferenceSet.FeatureNameLimit) is { } wide)
            return new Refusal("csv.header_long", Field: "File").With("name", wide.Name[..40] + "…").With("limit", ReferenceSet.FeatureNameLimit);
        var data = ReferenceScan.Build(table.Value, schema.Value, ct: ct);
        return data.Succeeded ? (schema.Value, data.Value) : data.Refusal;
    }

    private static AuditRecord Record(Actor actor, string action, MonitoredModel model, Dictionary<string, object?> details) =>
        new(actor, action, MonitoredModels.What, model.Id) { ProjectId = model.ProjectId, Details = details };

    private static async Task<Result<Guid>?> FindAsync(PortalDb db, ModelDraft draft, CancellationToken ct)
    {
        var name = draft.Name.Trim();
        var found = await db.Set<MonitoredModel>().AsNoTracking()
            .Where(m => m.ProjectId == draft.ProjectId && (m.Id == draft.Id || m.Name == name)).Select(m => m.Id).ToListAsync(ct);
        if (found.Contains(draft.Id)) return draft.Id;
        return found.Count > 0 ? (Result<Guid>)new Refusal("monitored_model.name_taken", RefusalKind.Conflict, "Name").With("name", name) : null;
    }
}

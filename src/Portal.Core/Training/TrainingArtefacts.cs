using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Training;

/// <summary>Where the bytes of artefacts are kept, under their own hash: what is there is whole and never changes.</summary>
public interface IArtefactStore
{
    /// <summary>Takes in a stream and says what it was; refuses beyond <paramref name="limit"/> bytes with null.</summary>
    Task<StoredArtefact?> SaveAsync(Stream content, long limit, CancellationToken ct);

    /// <summary>The content, or null when it is not there.</summary>
    Stream? Open(string sha256);
}

/// <summary>What was stored.</summary>
public readonly record struct StoredArtefact(string Sha256, long Size);

/// <summary>The files that runs hand over.</summary>
public sealed class TrainingArtefacts(
    IDbContextFactory<PortalDb> databases, AccessGate gate, IArtefactStore store, TimeProvider clock)
{
    /// <summary>Keeps a file of a running run; the same path again replaces it.</summary>
    [Requires(Permission.TrainingReport)]
    public async Task<Result> SaveAsync(Actor actor, Guid runId, string path, Stream content, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.TrainingReport, Scope.Platform, "training", runId, ct) is { } denied)
            return denied;
        if (!TrainingRules.IsInside(path))
            return new Refusal("artefact.path").With("path", path.Length > 100 ? path[..100] : path);
        var others = await db.Set<TrainingArtefact>().Where(a => a.RunId == runId && a.Path != path).Select(a => a.Size).ToListAsync(ct);
        if (others.Count >= ReportLimits.Artefacts)
            return new Refusal("artefact.too_many").With("limit", ReportLimits.Artefacts);
        if (await store.SaveAsync(content, ReportLimits.ArtefactBytes - others.Sum(), ct) is not { } saved)
            return new Refusal("artefact.too_large").With("limit", ReportLimits.ArtefactBytes >> 20);
        var row = await db.Set<TrainingArtefact>().SingleOrDefaultAsync(a => a.RunId == runId && a.Path == path, ct);
        if (row is null)
            db.Add(row = new TrainingArtefact { RunId = runId, Path = path });
        (row.Size, row.Sha256, row.SavedAt) = (saved.Size, saved.Sha256, clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        return Result.Done;
    }

    /// <summary>The files of a run by path.</summary>
    [Requires(Permission.TrainingView)]
    public async Task<Result<IReadOnlyList<TrainingArtefact>>> ListAsync(Actor actor, Guid runId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await DeniedAsync(db, actor, runId, ct) is { } denied)
            return denied;
        return Result.Of<IReadOnlyList<TrainingArtefact>>(
            await db.Set<TrainingArtefact>().AsNoTracking().Where(a => a.RunId == runId).OrderBy(a => a.Path).ToListAsync(ct));
    }

    /// <summary>One file; the caller disposes the stream.</summary>
    [Requires(Permission.TrainingView)]
    public async Task<Result<(TrainingArtefact File, Stream Content)>> OpenAsync(Actor actor, Guid runId, string path, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await DeniedAsync(db, actor, runId, ct) is { } denied)
            return denied;
        var row = await db.Set<TrainingArtefact>().AsNoTracking().SingleOrDefaultAsync(a => a.RunId == runId && a.Path == path, ct);
        return row is not null && store.Open(row.Sha256) is { } content ? (row, content) : Refusal.NotFound("artefact");
    }

    private async Task<Refusal?> DeniedAsync(PortalDb db, Actor actor, Guid runId, CancellationToken ct)
    {
        var project = await db.Set<TrainingRun>().Where(r => r.Id == runId).Select(r => (Guid?)r.ProjectId).SingleOrDefaultAsync(ct);
        return project is null ? Refusal.NotFound("training")
            : await gate.CheckAsync(db, actor, Permission.TrainingView, Scope.Project(project.Value), "training", runId, ct);
    }
}

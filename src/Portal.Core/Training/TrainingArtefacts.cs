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

    /// <summary>The hashes of what was stored before a moment and not again since.</summary>
    IReadOnlyList<string> StoredBefore(DateTimeOffset moment);

    /// <summary>Deletes what is still as old as that; what was stored again in the meantime stays.</summary>
    void Delete(string sha256, DateTimeOffset storedBefore);
}

/// <summary>What was stored.</summary>
public readonly record struct StoredArtefact(string Sha256, long Size);

/// <summary>The files that runs hand over.</summary>
public sealed class TrainingArtefacts(
    IDbContextFactory<PortalDb> databases, AccessGate gate, IArtefactStore store, TimeProvider clock)
{
    private const int SweptAtOnce = 500;
    private static readonly TimeSpan RowsFollowWithin = TimeSpan.FromHours(1);

    /// <summary>Keeps a file of a running run; the same path again replaces it.</summary>
    [Requires(Permission.TrainingReport)]
    public async Task<Result> SaveAsync(Actor actor, Guid runId, string path, Stream content, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.TrainingReport, Scope.Platform, "training", runId, ct) is { } denied)
            return denied;
        if (!TrainingRules.IsInside(path))
            return new Refusal("artefact.path").With("path", path.Length > 100 ? path[..100] : path);
        var (refused, room) = await RoomAsync(db, runId, path, ct);
        if (refused is not null)
            return refused;
        if (await store.SaveAsync(content, room, ct) is not { } saved)
            return TooLarge;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // The row's lock keeps what arrives at once in line, so that the bounds hold for all of it together.
        if (await db.Set<TrainingRun>().Where(r => r.Id == runId).ExecuteUpdateAsync(s => s.SetProperty(r => r.TokenHash, r => r.TokenHash), ct) == 0)
            return Refusal.NotFound("training");
        (refused, room) = await RoomAsync(db, runId, path, ct);
        if (refused is not null || saved.Size > room)
            return refused ?? TooLarge;
        var row = await db.Set<TrainingArtefact>().SingleOrDefaultAsync(a => a.RunId == runId && a.Path == path, ct);
        if (row is null)
            db.Add(row = new TrainingArtefact { RunId = runId, Path = path });
        (row.Size, row.Sha256, row.SavedAt) = (saved.Size, saved.Sha256, clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Result.Done;
    }

    /// <summary>Deletes the files that no run names any more: those of runs that are gone, of earlier saves, and of refused ones.</summary>
    /// <returns>How many were deleted.</returns>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        // A file is stored before its row is.
        var before = clock.GetUtcNow() - RowsFollowWithin;
        var deleted = 0;
        await using var db = await databases.CreateDbContextAsync(ct);
        foreach (var files in store.StoredBefore(before).Chunk(SweptAtOnce))
        {
            var named = await db.Set<TrainingArtefact>().Where(a => files.Contains(a.Sha256)).Select(a => a.Sha256).Distinct().ToListAsync(ct);
            foreach (var file in files.Except(named))
            {
                store.Delete(file, before);
                deleted++;
            }
        }
        return deleted;
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

    private static Refusal TooLarge => new Refusal("artefact.too_large").With("limit", ReportLimits.ArtefactBytes >> 20);

    private static async Task<(Refusal? Refused, long Room)> RoomAsync(PortalDb db, Guid runId, string path, CancellationToken ct)
    {
        var others = await db.Set<TrainingArtefact>().Where(a => a.RunId == runId && a.Path != path).Select(a => a.Size).ToListAsync(ct);
        return (others.Count >= ReportLimits.Artefacts ? new Refusal("artefact.too_many").With("limit", ReportLimits.Artefacts) : null, ReportLimits.ArtefactBytes - others.Sum());
    }

    private async Task<Refusal?> DeniedAsync(PortalDb db, Actor actor, Guid runId, CancellationToken ct)
    {
        var project = await db.Set<TrainingRun>().Where(r => r.Id == runId).Select(r => (Guid?)r.ProjectId).SingleOrDefaultAsync(ct);
        return project is null ? Refusal.NotFound("training")
            : await gate.CheckAsync(db, actor, Permission.TrainingView, Scope.Project(project.Value), "training", runId, ct);
    }
}

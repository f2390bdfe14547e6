using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Notebooks;
using Portal.Core.Training;

namespace Portal.Core.Workloads;

/// <summary>
/// What becomes of a project's work once it is archived: its queue and its quota let nothing new start, but what runs outside of
/// Kueue has to be stopped by the reconcilers of the rows.
/// </summary>
public static class ArchivedProject
{
    /// <summary>Wakes the rows of a project that is being archived, once that is committed.</summary>
    public static async Task WakeAsync(PortalDb db, Guid projectId, CancellationToken ct)
    {
        var notebooks = await db.Set<Notebook>().Where(n => n.ProjectId == projectId && n.Intent == NotebookIntent.Running).Select(n => n.Id).ToListAsync(ct);
        var runs = await db.Set<TrainingRun>().Where(r => r.ProjectId == projectId && r.FinishedAt == null).Select(r => r.Id).ToListAsync(ct);
        foreach (var (kind, id) in notebooks.Select(n => (nameof(Notebook), n)).Concat(runs.Select(r => (nameof(TrainingRun), r))))
            db.Changed(new RowChange(kind, id, projectId, NeedsReconcile: true));
    }

    /// <summary>True while a notebook or run of the project may hold something of the cluster: it was made there and not seen to end.</summary>
    public static async Task<bool> IsAtWorkAsync(PortalDb db, Guid projectId, CancellationToken ct) =>
        await db.Set<Notebook>().AnyAsync(n => n.ProjectId == projectId && n.RunsAs != "" && n.State != WorkloadState.Stopped, ct)
        || await db.Set<TrainingRun>().AnyAsync(r => r.ProjectId == projectId && r.RunsAs != "" && r.FinishedAt == null, ct);
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>Asks a notebook server how it is used.</summary>
public interface INotebookActivity
{
    /// <summary>What it says, or null when it does not answer.</summary>
    Task<NotebookActivity?> ReadAsync(NotebookTarget target, CancellationToken ct);
}

/// <summary>One round of the idle rule; whoever calls it decides when.</summary>
public sealed class NotebookIdleSweep(
    IDbContextFactory<PortalDb> databases, NotebookDoor door, INotebookActivity servers, NotebookService notebooks, TimeProvider clock)
{
    /// <summary>Asks every running notebook, notes what it says and stops those that nobody uses.</summary>
    /// <returns>The ids of those that were stopped.</returns>
    public async Task<IReadOnlyList<Guid>> StepAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var running = await db.Set<Notebook>().AsNoTracking().Include(n => n.Project)
            .Where(n => n.Intent == NotebookIntent.Running && n.State == WorkloadState.Running).OrderBy(n => n.Id).ToListAsync(ct);
        var stopped = new List<Guid>();
        foreach (var notebook in running)
        {
            // One that cannot be asked is left alone: its kernel may be at work.
            if (door.Find(notebook) is not { } target || await servers.ReadAsync(target, ct) is not { } activity)
                continue;
            await NoteAsync(notebook.Id, activity, ct);
            if (IsDue(notebook, activity) && (await notebooks.StopIdleAsync(Actor.Expiry, notebook.Id, ct)).Succeeded)
                stopped.Add(notebook.Id);
        }
        return stopped;
    }

    private bool IsDue(Notebook notebook, NotebookActivity activity) => notebook.RunningSince is { } since
        && IdleRule.StopsAt(since, activity.LastActivity, activity.Busy, TimeSpan.FromMinutes(notebook.IdleMinutes)) <= clock.GetUtcNow();

    private async Task NoteAsync(Guid id, NotebookActivity activity, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await db.Set<Notebook>().SingleOrDefaultAsync(n => n.Id == id, ct) is not { } row)
            return;
        (row.LastActivityAt, row.KernelBusy, row.ActivityCheckedAt) = (activity.LastActivity, activity.Busy, clock.GetUtcNow());
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Stopped or started meanwhile; what the old server said no longer counts.
        }
    }
}

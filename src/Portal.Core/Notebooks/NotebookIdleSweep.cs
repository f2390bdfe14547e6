using System.Collections.Concurrent;
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
    IDbContextFactory<PortalDb> databases, NotebookEndpoints endpoints, INotebookActivity servers, NotebookService notebooks, TimeProvider clock)
{
    // Servers that are asked at one time in each cluster: those of one that hangs take their whole time to say nothing.
    private const int AtOnce = 8;

    /// <summary>Asks every running notebook, notes what it says and stops those that nobody uses.</summary>
    /// <returns>The ids of those that were stopped.</returns>
    public async Task<IReadOnlyList<Guid>> StepAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var running = await db.Set<Notebook>().AsNoTracking().Include(n => n.Project)
            .Where(n => n.Intent == NotebookIntent.Running && n.State == WorkloadState.Running).OrderBy(n => n.Id).ToListAsync(ct);
        var stopped = new ConcurrentBag<Guid>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct };
        await Task.WhenAll(running.GroupBy(n => n.Project!.ClusterId).Select(cluster => Parallel.ForEachAsync(cluster, options, async (notebook, token) =>
        {
            // One that cannot be asked is left alone: its kernel may be at work.
            if (endpoints.Find(notebook) is not { } target || await servers.ReadAsync(target, token) is not { } activity)
                return;
            await NoteAsync(notebook.Id, activity, token);
            if (IsDue(notebook, activity) && (await notebooks.StopIdleAsync(Actor.Expiry, notebook.Id, token)).Succeeded)
                stopped.Add(notebook.Id);
        })));
        return [.. stopped];
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

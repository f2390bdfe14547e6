using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>The logs of runs: from the pod while it runs, from the database afterwards.</summary>
public sealed class TrainingLogs(IDbContextFactory<PortalDb> databases, AccessGate gate, WorkloadClusters clusters)
{
    /// <summary>The log as it is now, at most <see cref="TrainingLog.Limit"/> characters of its end.</summary>
    [Requires(Permission.TrainingView)]
    public async Task<Result<LogText>> ReadAsync(Actor actor, Guid runId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var found = await FindAsync(db, actor, runId, ct);
        if (!found.Succeeded)
            return found.Refusal;
        if (await OpenAsync(found.Value, follow: false, ct) is { } stream)
        {
            await using (stream)
                return await PodLog.ReadAsync(stream, TrainingLog.Limit, live: found.Value.FinishedAt is null, ct);
        }
        var kept = await db.Set<TrainingLog>().AsNoTracking().SingleOrDefaultAsync(l => l.RunId == runId, ct);
        return new LogText(kept?.Text ?? "", kept?.Truncated ?? false, Live: false);
    }

    /// <summary>The log's pieces as they are written, until the run ends; empty when it does not run now.</summary>
    [Requires(Permission.TrainingView)]
    public async Task<Result<IAsyncEnumerable<string>>> FollowAsync(Actor actor, Guid runId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var found = await FindAsync(db, actor, runId, ct);
        if (!found.Succeeded)
            return found.Refusal;
        return Result.Of(PodLog.PiecesAsync(await OpenAsync(found.Value, follow: true, ct), ct));
    }

    private async Task<Result<TrainingRun>> FindAsync(PortalDb db, Actor actor, Guid runId, CancellationToken ct)
    {
        var run = await db.Set<TrainingRun>().AsNoTracking().Include(r => r.Project).SingleOrDefaultAsync(r => r.Id == runId, ct);
        if (run is null)
            return Refusal.NotFound("training");
        return await gate.CheckAsync(db, actor, Permission.TrainingView, Scope.Project(run.ProjectId), "training", runId, ct) is { } denied
            ? denied : run;
    }

    private Task<Stream?> OpenAsync(TrainingRun run, bool follow, CancellationToken ct)
    {
        // Between its end and the moment that its objects are let go, only the pod has all of it.
        if (run.Cleared || run.StartedAt is null)
            return Task.FromResult<Stream?>(null);
        var cluster = clusters.Of(run.Project!);
        var pod = TrainingPods.Leader(cluster.Pods(run.Project!.Namespace, TrainingManifests.Owner(run.Id)));
        return PodLog.OpenAsync(cluster, run.Project.Namespace, pod, follow, ct);
    }
}

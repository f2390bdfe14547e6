using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Health;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>The logs of runs: from the pod while it runs, from the database afterwards.</summary>
public sealed class TrainingLogs(IDbContextFactory<PortalDb> databases, AccessGate gate, WorkloadClusters clusters)
{
    // One more is asked for: by it a log that goes on above is told from one that ends there.
    private const int TailLines = 5000;

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
            {
                var (text, truncated) = await LogTail.ReadAsync(stream, TrainingLog.Limit, ct, TailLines);
                return new LogText(text, truncated, Live: found.Value.FinishedAt is null);
            }
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
        return Result.Of(PiecesAsync(await OpenAsync(found.Value, follow: true, ct), ct));
    }

    private async Task<Result<TrainingRun>> FindAsync(PortalDb db, Actor actor, Guid runId, CancellationToken ct)
    {
        var run = await db.Set<TrainingRun>().AsNoTracking().Include(r => r.Project).SingleOrDefaultAsync(r => r.Id == runId, ct);
        if (run is null)
            return Refusal.NotFound("training");
        return await gate.CheckAsync(db, actor, Permission.TrainingView, Scope.Project(run.ProjectId), "training", runId, ct) is { } denied
            ? denied : run;
    }

    private async Task<Stream?> OpenAsync(TrainingRun run, bool follow, CancellationToken ct)
    {
        // Between its end and the moment that its objects are let go, only the pod has all of it.
        if (run.Cleared || run.StartedAt is null)
            return null;
        var cluster = clusters.Of(run.Project!);
        var pod = TrainingPods.Leader(cluster.Pods(run.Project!.Namespace, TrainingManifests.Owner(run.Id)));
        if (pod is null)
            return null;
        try
        {
            return await cluster.Client.LogsAsync(run.Project.Namespace, pod.Name(), PodHealth.ContainerName(pod), follow, TailLines + 1, ct);
        }
        catch (ClusterException)
        {
            // Not started yet, gone already, or the cluster is out of reach: what was kept is shown instead.
            return null;
        }
    }

    private static async IAsyncEnumerable<string> PiecesAsync(Stream? stream, [EnumeratorCancellation] CancellationToken ct)
    {
        if (stream is null)
            yield break;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var buffer = new char[8 * 1024];
        int read;
        while ((read = await reader.ReadAsync(buffer, ct)) > 0)
            yield return new string(buffer, 0, read);
    }
}

/// <summary>A log as text.</summary>
/// <param name="Truncated">True when the beginning is missing.</param>
/// <param name="Live">True while the run still writes to it.</param>
public sealed record LogText(string Text, bool Truncated, bool Live);

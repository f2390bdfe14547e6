using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>What notebook servers write, for those who may open them. It is the pod's: nothing of it is kept.</summary>
public sealed class NotebookLogs(IDbContextFactory<PortalDb> databases, AccessGate gate, WorkloadClusters clusters)
{
    /// <summary>Most characters that are read of a log's end.</summary>
    public const int Limit = 1024 * 1024;

    /// <summary>The log as it is now; empty while there is no pod. Of a server that ended and is started again, what it wrote last.</summary>
    [Requires(Permission.NotebookOpen)]
    public async Task<Result<LogText>> ReadAsync(Actor actor, Guid id, CancellationToken ct)
    {
        var found = await OpenAsync(actor, id, follow: false, ct);
        if (!found.Succeeded)
            return found.Refusal;
        if (found.Value.Stream is not { } stream)
            return new LogText("", Truncated: false, Live: false);
        await using (stream)
            return await PodLog.ReadAsync(stream, Limit, live: true, ct);
    }

    /// <summary>The log's pieces as they are written, until the server ends; empty while there is no pod.</summary>
    [Requires(Permission.NotebookOpen)]
    public async Task<Result<IAsyncEnumerable<string>>> FollowAsync(Actor actor, Guid id, CancellationToken ct)
    {
        var found = await OpenAsync(actor, id, follow: true, ct);
        return found.Succeeded ? Result.Of(PodLog.PiecesAsync(found.Value.Stream, ct)) : found.Refusal;
    }

    private async Task<Result<PodStream>> OpenAsync(Actor actor, Guid id, bool follow, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var notebook = await db.Set<Notebook>().AsNoTracking().Include(n => n.Project).SingleOrDefaultAsync(n => n.Id == id, ct);
        if (notebook is null)
            return Refusal.NotFound("notebook");
        if (await gate.CheckAsync(db, actor, Permission.NotebookOpen, Scope.Project(notebook.ProjectId), "notebook", id, ct) is { } denied)
            return denied;
        var (cluster, ns) = (clusters.Of(notebook.Project!), notebook.Project!.Namespace);
        var pod = cluster.Pods(ns, NotebookManifests.Owner(id)).FirstOrDefault();
        return new PodStream(await PodLog.OpenAsync(cluster, ns, pod, follow, ct));
    }

    private sealed record PodStream(Stream? Stream);
}

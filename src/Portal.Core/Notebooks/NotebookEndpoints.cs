using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>Finds the running server behind a notebook, for those who may open it and for the idle rule.</summary>
public sealed class NotebookEndpoints(IDbContextFactory<PortalDb> databases, AccessGate gate, WorkloadClusters clusters, IRowSeal seal)
{
    /// <summary>Where the server is and the token that it asks for; refused while it does not run.</summary>
    [Requires(Permission.NotebookOpen)]
    public async Task<Result<NotebookTarget>> OpenAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var notebook = await db.Set<Notebook>().AsNoTracking().Include(n => n.Project).SingleOrDefaultAsync(n => n.Id == id, ct);
        if (notebook is null)
            return Refusal.NotFound("notebook");
        if (await gate.CheckAsync(db, actor, Permission.NotebookOpen, Scope.Project(notebook.ProjectId), "notebook", id, ct) is { } denied)
            return denied;
        if (Find(notebook) is { } target)
            return target;
        var lost = notebook is { Intent: NotebookIntent.Running, State: WorkloadState.Running } && seal.Open(notebook.SealedToken) is null;
        return new Refusal(lost ? "notebook.token_lost" : "notebook.not_running", RefusalKind.Conflict).With("name", notebook.Name);
    }

    /// <summary>The server of a notebook whose project is loaded, or null while it does not answer.</summary>
    internal NotebookTarget? Find(Notebook notebook)
    {
        if (notebook is not { Intent: NotebookIntent.Running, State: WorkloadState.Running })
            return null;
        var (clusterId, ns) = (notebook.Project!.ClusterId, notebook.Project.Namespace);
        var cluster = clusters.Of(clusterId);
        var pod = cluster.Pods(ns, NotebookManifests.Owner(notebook.Id))
            .FirstOrDefault(p => p.Text("metadata", "deletionTimestamp") is null && Condition.Find(p, "Ready") is { IsTrue: true });
        if (pod.Text("status", "podIP") is not { Length: > 0 } address)
            return null;
        return seal.Open(notebook.SealedToken) is { } token
            ? new NotebookTarget(notebook.Id, clusterId, ns, pod.Text("metadata", "name")!, address, token) : null;
    }
}

/// <summary>A running notebook server.</summary>
/// <param name="ClusterId">The cluster that it runs on.</param>
/// <param name="Pod">Name of its pod.</param>
/// <param name="PodAddress">IP address of its pod.</param>
/// <param name="Token">What it asks for; for the portal's own requests, never for a page, an address or a log.</param>
public sealed record NotebookTarget(Guid Id, Guid? ClusterId, string Namespace, string Pod, string PodAddress, string Token)
{
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(Id);
        return true;
    }
}

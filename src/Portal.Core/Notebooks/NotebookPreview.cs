using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>Shows what a form would make in the cluster, before it is sent.</summary>
public sealed class NotebookPreview(IDbContextFactory<PortalDb> databases, AccessGate gate, WorkloadClusters clusters, WorkloadLaunch launch, Catalogue catalogue)
{
    /// <summary>The objects as they would be applied; the Secret with the token is made at the launch and never shown.</summary>
    [Requires(Permission.NotebookRun)]
    public async Task<Result<PreviewedLaunch>> ForAsync(Actor actor, NotebookDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.NotebookRun, Scope.Project(draft.ProjectId), "project", draft.ProjectId, ct) is { } denied)
            return denied;
        if (NotebookService.Check(draft, catalogue) is { } bad)
            return bad;
        if (catalogue.FindSize(draft.SizeId) is not { } size)
            return new Refusal("workload.unknown_size", Field: "SizeId").With("size", draft.SizeId);
        var project = await db.Projects.AsNoTracking().Where(p => p.Id == draft.ProjectId).Select(p => new { p.Namespace, p.ClusterId }).SingleAsync(ct);
        var user = await db.People.Where(p => p.Id == actor.Id).Select(p => p.UserName).FirstOrDefaultAsync(ct) ?? "";
        var notebook = draft.ToNotebook(actor, 0, DateTimeOffset.UnixEpoch);
        try
        {
            var place = await clusters.Of(project.ClusterId).PlaceAsync(project.Namespace, ct);
            var spec = new NotebookSpec(
                notebook, place, launch.Image(draft.ImageId, ImageUse.Notebook), size, await launch.OfferAsync(notebook, ct), user, Token: "");
            var choice = NotebookPlan.For(place);
            return new PreviewedLaunch(project.ClusterId, choice, [.. NotebookManifests.For(spec, choice).Where(m => m.Text("kind") != Kinds.Secret.Kind)]);
        }
        catch (ClusterException)
        {
            return new Refusal("cluster.unreachable", RefusalKind.Conflict);
        }
    }
}

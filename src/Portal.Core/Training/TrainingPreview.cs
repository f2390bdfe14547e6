using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>Shows what a form would make in the cluster, before it is sent.</summary>
public sealed class TrainingPreview(IDbContextFactory<PortalDb> databases, AccessGate gate, WorkloadClusters clusters, WorkloadLaunch launch, Catalogue catalogue)
{
    /// <summary>The objects as they would be applied; the Secret with the token is made at the launch and never shown.</summary>
    [Requires(Permission.TrainingRun)]
    public async Task<Result<PreviewedLaunch>> ForAsync(Actor actor, TrainingDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.TrainingRun, Scope.Project(draft.ProjectId), "project", draft.ProjectId, ct) is { } denied)
            return denied;
        if (TrainingRules.Check(draft, catalogue) is { } bad)
            return bad;
        if (catalogue.FindSize(draft.SizeId) is not { } size)
            return new Refusal("workload.unknown_size", Field: "SizeId").With("size", draft.SizeId);
        var project = await db.Projects.AsNoTracking().Where(p => p.Id == draft.ProjectId).Select(p => new { p.Name, p.Namespace, p.ClusterId }).SingleAsync(ct);
        var run = draft.ToRun(actor, size, 0, DateTimeOffset.UnixEpoch);
        var image = run.CustomImage.Length > 0 ? null : catalogue.FindImage(run.ImageId, ImageUse.Training);
        try
        {
            var place = await clusters.Of(project.ClusterId).PlaceAsync(project.Namespace, ct);
            if (TrainingPlan.For(run, place) is not { } choice)
                return new Refusal("training.no_ray", RefusalKind.Conflict, "Framework").With("nodes", run.Nodes);
            var spec = new TrainingSpec(run, project.Name, place, image, await launch.OfferAsync(run, ct));
            return new PreviewedLaunch(project.ClusterId, choice, TrainingManifests.For(spec, choice));
        }
        catch (ClusterException)
        {
            return new Refusal("cluster.unreachable", RefusalKind.Conflict);
        }
    }
}

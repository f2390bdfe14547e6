using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Ownership;

/// <summary>Which objects of ours others hold, where people can decide about them.</summary>
public sealed class DisputeQueryService(IDbContextFactory<PortalDb> databases, AccessGate gate)
{
    /// <summary>Disputes about a project's objects, oldest first.</summary>
    /// <param name="ownerId">A notebook or a run, to see only those about its objects; null for all.</param>
    [Requires(Permission.ProjectView)]
    public async Task<Result<IReadOnlyList<DisputeView>>> OfProjectAsync(Actor actor, Guid projectId, Guid? ownerId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ProjectView, Scope.Project(projectId), "project", projectId, ct) is { } denied)
            return denied;
        return await ListAsync(db.Set<ObjectDispute>().Where(d => d.ProjectId == projectId && (ownerId == null || d.OwnerId == ownerId)), ct);
    }

    /// <summary>Disputes about what a cluster holds of the platform itself, such as pools' flavors and teams' cohorts, oldest first.</summary>
    /// <param name="ownerId">A pool, to see only those about its objects; null for all.</param>
    [Requires(Permission.ClusterView)]
    public async Task<Result<IReadOnlyList<DisputeView>>> OfPlatformAsync(Actor actor, Guid clusterId, Guid? ownerId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ClusterView, Scope.Platform, "cluster", clusterId, ct) is { } denied)
            return denied;
        return await ListAsync(
            db.Set<ObjectDispute>().Where(d => d.ProjectId == null && d.ClusterId == clusterId && (ownerId == null || d.OwnerId == ownerId)), ct);
    }

    private static async Task<Result<IReadOnlyList<DisputeView>>> ListAsync(IQueryable<ObjectDispute> disputes, CancellationToken ct) =>
        Result.Of<IReadOnlyList<DisputeView>>([.. (await disputes.AsNoTracking().OrderBy(d => d.Id).ToListAsync(ct)).Select(DisputeView.From)]);
}

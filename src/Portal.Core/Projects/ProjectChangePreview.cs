using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Ownership;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>What will change in the cluster when a project's form is saved, before it is.</summary>
public sealed class ProjectChangePreview(IDbContextFactory<PortalDb> databases, AccessGate gate, ProjectPlanner planner, ClusterDryRun cluster)
{
    /// <summary>Every object of the project as it would be with <paramref name="content"/>.</summary>
    [Requires(Permission.ProjectEdit)]
    public async Task<Result<ChangePlan>> ForEditAsync(Actor actor, Guid id, ProjectContent content, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ProjectEdit, Scope.Project(id), "project", id, ct) is { } denied)
            return denied;
        if (ProjectRules.Check(content) is { } bad)
            return bad;
        var project = await db.Projects.AsNoTracking().Include(p => p.Members).ThenInclude(m => m.Person).Include(p => p.Team).SingleOrDefaultAsync(p => p.Id == id, ct);
        if (project is null)
            return Refusal.NotFound("project");
        content.WriteTo(project);
        return await cluster.OfAsync([await planner.PlanAsync(db, project, ct)], ProjectObjectSet.Of, ct);
    }
}

using Portal.Core.Access;
using Portal.Core.Data;

namespace Portal.Core.Projects;

/// <summary>Cuts lists to what an actor may see, inside the database. The same rule as <see cref="Permission.ProjectView"/>.</summary>
public static class VisibleProjects
{
    /// <summary>The projects that the actor may see.</summary>
    /// <param name="platform">What the actor is on the platform: <see cref="AccessGate.RolesAsync"/> with <see cref="Scope.Platform"/>.</param>
    public static IQueryable<Project> ProjectsVisibleTo(this PortalDb db, Actor actor, Role platform)
    {
        if (AccessTable.Allows(platform, Permission.ProjectView))
            return db.Projects;
        // From the person's own rows to the projects: the cost follows what they see, not how many projects there are.
        var mine = db.Set<ProjectMember>().Where(m => m.PersonId == actor.Id).Select(m => m.ProjectId);
        var led = db.Set<Teams.TeamMember>().Where(m => m.PersonId == actor.Id && m.Role == TeamRole.Lead)
            .Join(db.Projects, m => m.TeamId, p => p.TeamId, (m, p) => p.Id);
        var visible = mine.Union(led);
        return db.Projects.Where(p => visible.Contains(p.Id));
    }

    /// <summary>The rows of projects that the actor may see. Who sees all projects is not asked of each row whether they do.</summary>
    /// <param name="platform">As for <see cref="ProjectsVisibleTo"/>.</param>
    public static IQueryable<T> VisibleTo<T>(this IQueryable<T> rows, PortalDb db, Actor actor, Role platform) where T : class, IOfProject
    {
        if (AccessTable.Allows(platform, Permission.ProjectView))
            return rows;
        var visible = db.ProjectsVisibleTo(actor, platform).Select(p => p.Id);
        return rows.Where(r => visible.Contains(r.ProjectId));
    }
}

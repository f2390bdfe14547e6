using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Results;
using Portal.Core.Teams;

namespace Portal.Core.Access;

/// <summary>
/// Decides whether an actor may do something, from rows read now: a role taken away is gone at the next click.
/// </summary>
public sealed class AccessGate
{
    /// <summary>What the actor is towards the object of <paramref name="scope"/>.</summary>
    public async Task<Role> RolesAsync(PortalDb db, Actor actor, Scope scope, CancellationToken ct)
    {
        if (actor.IsSystem)
            return Role.System;
        // One statement: every click asks this first.
        var people = db.People.AsNoTracking().Where(p => p.Id == actor.Id && !p.Disabled);
        var found = scope switch
        {
            { ProjectId: { } projectId } => await people.SelectMany(_ => db.Projects.Where(p => p.Id == projectId), (person, project) => new Standing(
                person.Role,
                db.Set<TeamMember>().Where(m => m.TeamId == project.TeamId && m.PersonId == person.Id).Select(m => (TeamRole?)m.Role).FirstOrDefault(),
                project.Members.Where(m => m.PersonId == person.Id).Select(m => (ProjectRole?)m.Role).FirstOrDefault())).SingleOrDefaultAsync(ct),
            { TeamId: { } teamId } => await people.Select(person => new Standing(
                person.Role,
                db.Set<TeamMember>().Where(m => m.TeamId == teamId && m.PersonId == person.Id).Select(m => (TeamRole?)m.Role).FirstOrDefault(),
                null)).SingleOrDefaultAsync(ct),
            _ => await people.Select(person => new Standing(person.Role, null, null)).SingleOrDefaultAsync(ct),
        };
        if (found is null)
            return Role.None;
        var roles = Role.SignedIn | FromPlatform(found.Platform) | FromProject(found.InProject);
        roles |= found.InTeam switch { TeamRole.Lead => Role.TeamLead | Role.TeamMember, TeamRole.Member => Role.TeamMember, _ => Role.None };
        return roles;
    }

    /// <summary>
    /// Null when the actor holds the permission. Otherwise the refusal, audited in a commit of its own:
    /// "not found" when the actor may not even see the object, "access.denied" when they see it but may not do this.
    /// </summary>
    /// <param name="what">The word of the object for the refusal and the audit, for example <c>project</c>.</param>
    public async Task<Refusal?> CheckAsync(
        PortalDb db, Actor actor, Permission permission, Scope scope, string what, Guid? objectId, CancellationToken ct) =>
        await CheckAsync(db, actor, await RolesAsync(db, actor, scope, ct), permission, scope, what, objectId, ct);

    /// <summary>As the other, for an actor whose roles have just been read.</summary>
    public async Task<Refusal?> CheckAsync(
        PortalDb db, Actor actor, Role roles, Permission permission, Scope scope, string what, Guid? objectId, CancellationToken ct)
    {
        if (AccessTable.Allows(roles, permission))
            return null;
        db.Audit(new AuditRecord(actor, $"{what}.denied", what, objectId)
        {
            ProjectId = scope.ProjectId,
            TeamId = scope.TeamId,
            Denied = true,
            Details = { ["permission"] = permission.ToString() },
        });
        await db.SaveChangesAsync(ct);
        return scope == Scope.Platform || AccessTable.Allows(roles, SeenThrough(scope))
            ? new Refusal("access.denied", RefusalKind.Forbidden).With("permission", permission.ToString())
            : Refusal.NotFound(what);
    }

    private static Permission SeenThrough(Scope scope) =>
        scope.ProjectId is null ? Permission.TeamView : Permission.ProjectView;

    private static Role FromPlatform(PlatformRole role) => role switch
    {
        PlatformRole.Admin => Role.Admin,
        PlatformRole.Auditor => Role.Auditor,
        PlatformRole.Lead => Role.Lead,
        _ => Role.Scientist,
    };

    private static Role FromProject(ProjectRole? role) => role switch
    {
        ProjectRole.Owner => Role.Owner,
        ProjectRole.Contributor => Role.Contributor,
        ProjectRole.Viewer => Role.Viewer,
        _ => Role.None,
    };

    private sealed record Standing(PlatformRole Platform, TeamRole? InTeam, ProjectRole? InProject);
}

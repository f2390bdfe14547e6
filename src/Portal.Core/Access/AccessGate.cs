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
        var platform = await db.People.AsNoTracking().Where(p => p.Id == actor.Id && !p.Disabled)
            .Select(p => (PlatformRole?)p.Role).SingleOrDefaultAsync(ct);
        if (platform is null)
            return Role.None;
        var roles = Role.SignedIn | FromPlatform(platform.Value);
        var teamId = scope.TeamId;
        if (scope.ProjectId is { } projectId)
        {
            var found = await db.Projects.AsNoTracking().Where(p => p.Id == projectId)
                .Select(p => new
                {
                    p.TeamId,
                    Role = p.Members.Where(m => m.PersonId == actor.Id).Select(m => (ProjectRole?)m.Role).SingleOrDefault(),
                }).SingleOrDefaultAsync(ct);
            if (found is null)
                return Role.None;
            teamId = found.TeamId;
            roles |= FromProject(found.Role);
        }
        if (teamId is not null)
        {
            var inTeam = await db.Set<TeamMember>().AsNoTracking().Where(m => m.TeamId == teamId && m.PersonId == actor.Id)
                .Select(m => (TeamRole?)m.Role).SingleOrDefaultAsync(ct);
            roles |= inTeam switch { TeamRole.Lead => Role.TeamLead | Role.TeamMember, TeamRole.Member => Role.TeamMember, _ => Role.None };
        }
        return roles;
    }

    /// <summary>
    /// Null when the actor holds the permission. Otherwise the refusal, audited in a commit of its own:
    /// "not found" when the actor may not even see the object, "access.denied" when they see it but may not do this.
    /// </summary>
    /// <param name="what">The word of the object for the refusal and the audit, for example <c>project</c>.</param>
    public async Task<Refusal?> CheckAsync(
        PortalDb db, Actor actor, Permission permission, Scope scope, string what, Guid? objectId, CancellationToken ct)
    {
        var roles = await RolesAsync(db, actor, scope, ct);
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
}

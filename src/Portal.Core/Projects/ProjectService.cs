using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>What people do with projects. Each method checks its permission, changes rows and audits in one commit.</summary>
public sealed class ProjectService(IDbContextFactory<PortalDb> databases, AccessGate gate, TimeProvider clock)
{
    /// <summary>
    /// Stores a new project; the reconciler then makes it in the cluster. The id in <paramref name="draft"/> is the form's
    /// idempotency key: a second call with it returns the project that the first one made.
    /// </summary>
    [Requires(Permission.ProjectCreate)]
    public async Task<Result<Guid>> CreateAsync(Actor actor, ProjectDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var scope = Scope.Team(draft.TeamId);
        if (await gate.CheckAsync(db, actor, Permission.ProjectCreate, scope, "team", draft.TeamId, ct) is { } denied)
            return denied;
        if (ProjectRules.CheckName(draft.Name) is { } bad)
            return bad;
        if (await db.Projects.AnyAsync(p => p.Id == draft.Id && p.CreatedBy == actor.Id, ct))
            return draft.Id;

        var project = draft.ToProject(actor, clock.GetUtcNow());
        if (await db.Projects.AnyAsync(p => p.Name == project.Name || p.Namespace == project.Namespace, ct))
            return NameTaken(project.Name);
        db.Projects.Add(project);
        db.Audit(new AuditRecord(actor, "project.created", "project", project.Id)
        {
            ProjectId = project.Id,
            TeamId = project.TeamId,
            Details = { ["name"] = project.Name, ["namespace"] = project.Namespace, ["size"] = project.Size.ToString() },
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // Two requests with one name, or one form sent twice: the unique indexes let one through.
            return await FindMadeByAsync(actor, draft.Id, ct) ?? (Result<Guid>)NameTaken(project.Name);
        }
        return project.Id;
    }

    private static Refusal NameTaken(string name) =>
        new Refusal("project.name_taken", RefusalKind.Conflict, "Name").With("name", name);

    private async Task<Result<Guid>?> FindMadeByAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Projects.AnyAsync(p => p.Id == id && p.CreatedBy == actor.Id, ct) ? (Result<Guid>)id : null;
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>Makes projects and changes what is written about them. Each method checks its permission and audits in the same commit.</summary>
public sealed class ProjectService(IDbContextFactory<PortalDb> databases, AccessGate gate, GuardedChange change, ClusterPlacement placement, TimeProvider clock)
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
        if (ProjectRules.Check(draft) is { } bad)
            return bad;
        var project = draft.ToProject(actor, clock.GetUtcNow());
        var team = await db.Teams.Where(t => t.Id == draft.TeamId)
            .Select(_ => new { Taken = db.Projects.Any(p => p.Id == draft.Id || p.Name == project.Name || p.Namespace == project.Namespace) })
            .SingleOrDefaultAsync(ct);
        if (team is null)
            return Refusal.NotFound("team");
        if (team.Taken)
            return await FindMadeAsync(actor, draft, ct);
        if (await ClusterPlacement.CheckPoolAsync(db, draft.TeamId, draft, ct) is { } unfit)
            return unfit;
        var place = await placement.DecideAsync(db, draft, ct);
        if (place is { Chosen: null, Verdicts.Count: > 0 })
            return new Refusal("placement.none", RefusalKind.Conflict, "Region").With("clusters", place.Verdicts.Count);
        project.Place(place.Chosen);
        db.Projects.Add(project);
        db.Audit(new AuditRecord(actor, "project.created", "project", project.Id)
        {
            ProjectId = project.Id,
            TeamId = project.TeamId,
            Details =
            {
                ["name"] = project.Name,
                ["namespace"] = project.Namespace,
                ["size"] = project.Size.ToString(),
                ["dataClass"] = project.DataClass.ToString(),
                ["region"] = project.Region,
                ["cluster"] = place.Chosen?.Cluster,
            },
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // Two requests with one name, or one form sent twice: the unique indexes let one through.
            return await FindMadeAsync(actor, draft, ct);
        }
        return project.Id;
    }

    /// <summary>Changes name, size, data class, region, cost centre and description; the namespace stays.</summary>
    /// <param name="generation">What <see cref="ProjectView.Generation"/> was when the form was opened.</param>
    [Requires(Permission.ProjectEdit)]
    public Task<Result> EditAsync(Actor actor, Guid id, long generation, ProjectContent content, CancellationToken ct) =>
        change.ApplyAsync(
            actor,
            new ChangeTarget(Permission.ProjectEdit, Scope.Project(id), "project", id),
            generation,
            db => db.Projects.SingleOrDefaultAsync(p => p.Id == id, ct),
            async (db, project) =>
            {
                if ((ProjectRules.Check(content) ?? ProjectRules.CheckOpen(project) ?? await ClusterPlacement.CheckStaysAsync(db, project, content, ct)) is { } bad)
                    return bad;
                var name = content.StoredName;
                if (name != project.Name && await db.Projects.AnyAsync(p => p.Name == name && p.Id != id, ct))
                    return NameTaken(name);
                return Write(actor, project, content) is { Details.Count: > 0 } record ? record : Decision.Nothing;
            },
            ct);

    private static AuditRecord Write(Actor actor, Project project, ProjectContent content)
    {
        var record = new AuditRecord(actor, "project.edited", "project", project.Id) { ProjectId = project.Id, TeamId = project.TeamId }
            .Changed("name", project.Name, content.StoredName)
            .Changed("size", project.Size.ToString(), content.Size.ToString())
            .Changed("dataClass", project.DataClass.ToString(), content.DataClass.ToString())
            .Changed("region", project.Region, content.Region.Trim())
            .Changed("costCentre", project.CostCentre, content.CostCentre.Trim())
            .Changed("description", project.Description, content.Description.Trim());
        content.WriteTo(project);
        return record;
    }

    private static Refusal NameTaken(string name) =>
        new Refusal("project.name_taken", RefusalKind.Conflict, "Name").With("name", name);

    private async Task<Result<Guid>> FindMadeAsync(Actor actor, ProjectDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Projects.AnyAsync(p => p.Id == draft.Id && p.CreatedBy == actor.Id, ct) ? draft.Id : NameTaken(draft.StoredName);
    }
}

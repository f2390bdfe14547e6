using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>Reads projects for pages and the API.</summary>
public sealed class ProjectQueryService(IDbContextFactory<PortalDb> databases, AccessGate gate)
{
    /// <summary>A page of the projects that the actor may see, by name unless <see cref="ListQuery.Sort"/> says otherwise.</summary>
    [Requires(Permission.PortalUse)]
    public async Task<Result<Page<ProjectRow>>> ListAsync(Actor actor, ListQuery query, ProjectFilter filter, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, "project", null, ct) is { } denied)
            return denied;
        var matching = ProjectSearch.Matching(
            db.ProjectsVisibleTo(actor, await gate.RolesAsync(db, actor, Scope.Platform, ct)).AsNoTracking(), query, filter);
        var rows = await ProjectSearch.Page(matching, query).Select(p => new ProjectRow(
            p.Id, p.Name, p.Namespace, p.TeamId, p.Team!.Name, p.Size, p.DataClass, p.Region, p.Intent, p.State,
            p.Members.Count, p.CreatedAt)).ToListAsync(ct);
        var total = await matching.TotalAsync(query, rows.Count, ct);
        var more = rows.Count > query.Limit;
        if (more)
            rows.RemoveAt(query.Limit);
        return new Page<ProjectRow>(rows, total, more ? ProjectSearch.CursorAfter(query, rows[^1].Name) : null);
    }

    /// <summary>One project with its steps, its members and what the actor may do to it.</summary>
    [Requires(Permission.ProjectView)]
    public async Task<Result<ProjectView>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ProjectView, Scope.Project(id), "project", id, ct) is { } denied)
            return denied;
        var found = await db.Projects.AsNoTracking().Include(p => p.Team).SingleOrDefaultAsync(p => p.Id == id, ct);
        if (found is null)
            return Refusal.NotFound("project");
        var members = await db.Set<ProjectMember>().AsNoTracking().Where(m => m.ProjectId == id)
            .Join(db.People, m => m.PersonId, p => p.Id, (m, p) => new Membership<ProjectRole>(p.Id, p.UserName!, p.DisplayName, p.Disabled, m.Role))
            .ToListAsync(ct);
        var names = await db.People.AsNoTracking().Where(p => p.Id == found.CreatedBy || p.Id == found.FrozenBy)
            .ToDictionaryAsync(p => p.Id, p => p.DisplayName, ct);
        return new ProjectView(found.Id, found.Name, found.Namespace, found.Generation)
        {
            TeamId = found.TeamId,
            TeamName = found.Team!.Name,
            Size = found.Size,
            DataClass = found.DataClass,
            Region = found.Region,
            Home = await HomeAsync(db, found, ct),
            CostCentre = found.CostCentre,
            Description = found.Description,
            Intent = found.Intent,
            State = found.State,
            CreatedBy = names.GetValueOrDefault(found.CreatedBy, ""),
            CreatedAt = found.CreatedAt,
            Frozen = found.FrozenAt is { } at ? new ProjectFreeze(at, names.GetValueOrDefault(found.FrozenBy ?? Guid.Empty, ""), found.FrozenReason) : null,
            ObservedGeneration = found.ObservedGeneration,
            Steps = [.. found.Steps.OrderBy(s => s.Kind).Select(s => new ProjectStepView(s.Kind, s.State, s.Reason, s.Detail, s.Attempts, s.ChangedAt) { Arguments = s.Arguments })],
            Members = [.. members.OrderByDescending(m => m.Role).ThenBy(m => m.DisplayName, StringComparer.CurrentCulture)],
            Roles = await gate.RolesAsync(db, actor, Scope.Project(id), ct),
        };
    }

    private static async Task<ProjectHome?> HomeAsync(PortalDb db, Project project, CancellationToken ct) =>
        await db.Set<ClusterRegistration>().AsNoTracking().Where(c => c.Id == project.ClusterId).Select(c => new { c.Id, c.Name, c.Region })
            .SingleOrDefaultAsync(ct) is { } home ? new ProjectHome(home.Id, home.Name, home.Region, project.PlacedBecause) : null;

    /// <summary>What happened in the project, newest first. <see cref="Page{T}.Next"/> continues into the past.</summary>
    [Requires(Permission.ProjectView)]
    public async Task<Result<Page<AuditEntry>>> ActivityAsync(Actor actor, Guid id, ListQuery query, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ProjectView, Scope.Project(id), "project", id, ct) is { } denied)
            return denied;
        var entries = db.AuditEntries.AsNoTracking().Where(e => e.ProjectId == id);
        if (KeyCursor.Number(query.Cursor) is { } before)
            entries = entries.Where(e => e.Seq < before);
        var rows = await entries.OrderByDescending(e => e.Seq).Take(query.Limit + 1).ToListAsync(ct);
        if (rows.Count <= query.Limit)
            return new Page<AuditEntry>(rows);
        rows.RemoveAt(query.Limit);
        return new Page<AuditEntry>(rows, Next: KeyCursor.Of(rows[^1].Seq));
    }
}

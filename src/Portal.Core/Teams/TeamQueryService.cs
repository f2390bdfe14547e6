using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Teams;

/// <summary>Reads teams for pages and the API.</summary>
public sealed class TeamQueryService(IDbContextFactory<PortalDb> databases, AccessGate gate)
{
    /// <summary>A page of teams by name: all of them for those who see everything, otherwise the actor's own.</summary>
    [Requires(Permission.PortalUse)]
    public async Task<Result<Page<TeamRow>>> ListAsync(Actor actor, ListQuery query, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, "team", null, ct) is { } denied)
            return denied;
        var teams = db.Teams.AsNoTracking();
        if (!AccessTable.Allows(await gate.RolesAsync(db, actor, Scope.Platform, ct), Permission.TeamView))
            teams = teams.Where(t => t.Members.Any(m => m.PersonId == actor.Id));
        if (TextRules.SearchTerm(query.Search) is { } term)
            teams = teams.Where(t => t.Name.ToLower().Contains(term));
        var total = query.Cursor is null ? await teams.CountAsync(ct) : (int?)null;
        if (KeyCursor.Text(query.Cursor) is { } after)
            teams = teams.Where(t => string.Compare(t.Name, after) > 0);
        var ordered = query.Descending ? teams.OrderByDescending(t => t.Name) : teams.OrderBy(t => t.Name);
        var rows = await ordered.Skip(query.Cursor is null ? query.Skip : 0).Take(query.Limit + 1)
            .Select(t => new TeamRow(t.Id, t.Name, t.Members.Count, db.Projects.Count(p => p.TeamId == t.Id), t.CreatedAt))
            .ToListAsync(ct);
        var more = rows.Count > query.Limit;
        if (more)
            rows.RemoveAt(query.Limit);
        var ids = rows.Select(r => r.Id).ToArray();
        var leads = (await db.Set<TeamMember>().AsNoTracking().Where(m => ids.Contains(m.TeamId) && m.Role == TeamRole.Lead)
            .Join(db.People, m => m.PersonId, p => p.Id, (m, p) => new { m.TeamId, p.DisplayName })
            .OrderBy(l => l.DisplayName).ToListAsync(ct)).ToLookup(l => l.TeamId, l => l.DisplayName);
        rows = [.. rows.Select(r => r with { Leads = [.. leads[r.Id]] })];
        return new Page<TeamRow>(rows, total, more && !query.Descending ? KeyCursor.Of(rows[^1].Name) : null);
    }

    /// <summary>The teams in which the actor may make a project, by name; their defaults prefill its form.</summary>
    [Requires(Permission.PortalUse)]
    public async Task<Result<IReadOnlyList<TeamChoice>>> ListForNewProjectAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, "team", null, ct) is { } denied)
            return denied;
        var teams = db.Teams.AsNoTracking();
        if (!AccessTable.Allows(await gate.RolesAsync(db, actor, Scope.Platform, ct), Permission.ProjectCreate))
            teams = teams.Where(t => t.Members.Any(m => m.PersonId == actor.Id));
        return await teams.OrderBy(t => t.Name)
            .Select(t => new TeamChoice(t.Id, t.Name, t.DefaultRegion, t.DefaultDataClass, t.DefaultCostCentre)).ToListAsync(ct);
    }

    /// <summary>One team with its members and what the actor may do to it.</summary>
    [Requires(Permission.TeamView)]
    public async Task<Result<TeamView>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.TeamView, Scope.Team(id), "team", id, ct) is { } denied)
            return denied;
        if (await db.Teams.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, ct) is not { } team)
            return Refusal.NotFound("team");
        var members = await db.Set<TeamMember>().AsNoTracking().Where(m => m.TeamId == id)
            .Join(db.People, m => m.PersonId, p => p.Id, (m, p) => new Membership<TeamRole>(p.Id, p.UserName!, p.DisplayName, p.Disabled, m.Role))
            .ToListAsync(ct);
        return new TeamView(team.Id, team.Name, team.Generation)
        {
            DefaultRegion = team.DefaultRegion,
            DefaultDataClass = team.DefaultDataClass,
            DefaultCostCentre = team.DefaultCostCentre,
            CreatedAt = team.CreatedAt,
            Members = [.. members.OrderByDescending(m => m.Role).ThenBy(m => m.DisplayName, StringComparer.CurrentCulture)],
            Roles = await gate.RolesAsync(db, actor, Scope.Team(id), ct),
        };
    }
}

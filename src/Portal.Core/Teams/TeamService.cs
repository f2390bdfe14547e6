using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Teams;

/// <summary>Makes and edits teams.</summary>
public sealed class TeamService(IDbContextFactory<PortalDb> databases, AccessGate gate, GuardedChange change, TimeProvider clock)
{
    /// <summary>Stores a new team. A second call with the id of <paramref name="draft"/> returns the team that the first one made.</summary>
    [Requires(Permission.TeamCreate)]
    public async Task<Result<Guid>> CreateAsync(Actor actor, TeamDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.TeamCreate, Scope.Platform, "team", null, ct) is { } denied)
            return denied;
        if (TeamRules.Check(draft) is { } bad)
            return bad;
        if (await db.Teams.AnyAsync(t => t.Id == draft.Id, ct))
            return draft.Id;
        var people = await db.FindPeopleAsync(draft.Members.Select(m => m.UserName), ct);
        // The team is not there yet, so the one who makes it may put themselves in.
        var plan = new MembershipRules<TeamRole>("team", Guid.Empty, TeamRole.Lead).Plan(new Dictionary<Guid, TeamRole>(), people, draft.Members);
        if (!plan.Succeeded)
            return plan.Refusal;
        if (!plan.Value.Exists(s => s.After == TeamRole.Lead))
            return new Refusal("team.member_last", Field: "Members");

        var team = new Team { Id = draft.Id, CreatedAt = clock.GetUtcNow() };
        var record = Write(actor, team, draft, "team.created");
        TeamMembersService.Write(record, team, plan.Value);
        db.Teams.Add(team);
        if (await db.Teams.AnyAsync(t => t.Name == team.Name, ct))
            return await FindMadeAsync(draft, ct);
        db.Audit(record);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // Two requests with one name, or one form sent twice: the unique indexes let one through.
            return await FindMadeAsync(draft, ct);
        }
        return team.Id;
    }

    /// <summary>Changes the name and what new projects of the team start from; existing projects stay as they are.</summary>
    /// <param name="generation">What <see cref="TeamView.Generation"/> was when the form was opened.</param>
    [Requires(Permission.TeamManage)]
    public Task<Result> EditAsync(Actor actor, Guid id, long generation, TeamContent content, CancellationToken ct) =>
        change.ApplyAsync(
            actor,
            new ChangeTarget(Permission.TeamManage, Scope.Team(id), "team", id),
            generation,
            db => db.Teams.SingleOrDefaultAsync(t => t.Id == id, ct),
            async (db, team) =>
            {
                if (TeamRules.Check(content) is { } bad)
                    return bad;
                if (await db.Teams.AnyAsync(t => t.Name == content.StoredName && t.Id != id, ct))
                    return NameTaken(content.StoredName);
                return Write(actor, team, content, "team.edited") is { Details.Count: > 0 } record ? record : Decision.Nothing;
            },
            ct);

    private async Task<Result<Guid>> FindMadeAsync(TeamDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Teams.AnyAsync(t => t.Id == draft.Id, ct) ? draft.Id : NameTaken(draft.StoredName);
    }

    private static AuditRecord Write(Actor actor, Team team, TeamContent content, string action)
    {
        var record = new AuditRecord(actor, action, "team", team.Id) { TeamId = team.Id }
            .Changed("name", team.Name, content.StoredName)
            .Changed("defaultRegion", team.DefaultRegion, content.DefaultRegion.Trim())
            .Changed("defaultDataClass", team.DefaultDataClass.ToString(), content.DefaultDataClass.ToString())
            .Changed("defaultCostCentre", team.DefaultCostCentre, content.DefaultCostCentre.Trim());
        team.Name = content.StoredName;
        team.DefaultRegion = content.DefaultRegion.Trim();
        team.DefaultDataClass = content.DefaultDataClass;
        team.DefaultCostCentre = content.DefaultCostCentre.Trim();
        return record;
    }

    private static Refusal NameTaken(string name) =>
        new Refusal("team.name_taken", RefusalKind.Conflict, "Name").With("name", name);
}

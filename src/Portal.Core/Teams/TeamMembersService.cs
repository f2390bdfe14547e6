using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Teams;

/// <summary>Who belongs to a team and who leads it.</summary>
public sealed class TeamMembersService(GuardedChange change)
{
    /// <summary>Adds, changes and removes several people at once: all of them, or none with the reason. The last lead stays.</summary>
    /// <param name="generation">What <see cref="TeamView.Generation"/> was when the members were shown.</param>
    [Requires(Permission.TeamManage)]
    public Task<Result> ChangeAsync(
        Actor actor, Guid id, long generation, IReadOnlyList<MemberChange<TeamRole>> changes, CancellationToken ct) =>
        change.ApplyAsync(
            actor,
            new ChangeTarget(Permission.TeamManage, Scope.Team(id), "team", id),
            generation,
            db => db.Teams.Include(t => t.Members).SingleOrDefaultAsync(t => t.Id == id, ct),
            async (db, team) =>
            {
                var people = await db.FindPeopleAsync(changes.Select(c => c.UserName), ct);
                var plan = new MembershipRules<TeamRole>("team", actor.Id, TeamRole.Lead)
                    .Plan(team.Members.ToDictionary(m => m.PersonId, m => m.Role), people, changes);
                if (!plan.Succeeded)
                    return plan.Refusal;
                if (plan.Value.Count == 0)
                    return Decision.Nothing;
                var record = new AuditRecord(actor, "team.members_changed", "team", id) { TeamId = id };
                Write(record, team, plan.Value);
                return record;
            },
            ct);

    internal static void Write(AuditRecord record, Team team, List<MemberStep<TeamRole>> steps)
    {
        foreach (var step in steps)
        {
            record.Changed("member " + step.UserName, step.Before?.ToString(), step.After?.ToString());
            var member = team.Members.Find(m => m.PersonId == step.PersonId);
            if (step.After is not { } role)
                team.Members.Remove(member!);
            else if (member is null)
                team.Members.Add(new TeamMember { TeamId = team.Id, PersonId = step.PersonId, Role = role });
            else
                member.Role = role;
        }
    }
}

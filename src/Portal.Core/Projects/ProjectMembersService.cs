using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>Who belongs to a project.</summary>
public sealed class ProjectMembersService(GuardedChange change)
{
    /// <summary>Adds, changes and removes several members at once: all of them, or none with the reason.</summary>
    /// <param name="generation">What <see cref="ProjectView.Generation"/> was when the members were shown.</param>
    [Requires(Permission.ProjectMembersManage)]
    public Task<Result> ChangeAsync(
        Actor actor, Guid id, long generation, IReadOnlyList<MemberChange<ProjectRole>> changes, CancellationToken ct) =>
        change.ApplyAsync(
            actor,
            new ChangeTarget(Permission.ProjectMembersManage, Scope.Project(id), "project", id),
            generation,
            db => db.Projects.Include(p => p.Members).SingleOrDefaultAsync(p => p.Id == id, ct),
            async (db, project) =>
            {
                if (project.Intent == ProjectIntent.Deleted)
                    return ProjectRules.CheckOpen(project)!;
                var people = await db.FindPeopleAsync(changes.Select(c => c.UserName), ct);
                // The permission's holders are the owners and those above them, who may grant every role of a project.
                var rules = new MembershipRules<ProjectRole>("project", actor.Id, ProjectRole.Owner);
                var plan = rules.Plan(project.Members.ToDictionary(m => m.PersonId, m => m.Role), people, changes);
                if (!plan.Succeeded)
                    return plan.Refusal;
                return plan.Value.Count == 0 ? Decision.Nothing : Write(actor, project, plan.Value);
            },
            ct);

    private static AuditRecord Write(Actor actor, Project project, List<MemberStep<ProjectRole>> steps)
    {
        var record = new AuditRecord(actor, "project.members_changed", "project", project.Id)
        {
            ProjectId = project.Id,
            TeamId = project.TeamId,
        };
        foreach (var step in steps)
        {
            record.Changed("member " + step.UserName, step.Before?.ToString(), step.After?.ToString());
            var member = project.Members.Find(m => m.PersonId == step.PersonId);
            if (step.After is not { } role)
                project.Members.Remove(member!);
            else if (member is null)
                project.Members.Add(new ProjectMember { ProjectId = project.Id, PersonId = step.PersonId, Role = role });
            else
                member.Role = role;
        }
        return record;
    }
}

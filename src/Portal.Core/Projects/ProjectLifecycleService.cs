using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Core.Projects;

/// <summary>
/// Freezes, closes, reopens and removes projects, and tries a failed step again. Only what is wanted is written here; the reconciler
/// carries it out. All are the same when sent twice.
/// </summary>
public sealed class ProjectLifecycleService(GuardedChange change, TimeProvider clock)
{
    /// <summary>Stops what runs and refuses new work; data, members and history stay.</summary>
    [Requires(Permission.ProjectArchive)]
    public Task<Result> ArchiveAsync(Actor actor, Guid id, long generation, CancellationToken ct) =>
        WantAsync(actor, id, generation, Permission.ProjectArchive, ProjectIntent.Archived, "project.archived", ct);

    /// <summary>Opens an archived project again.</summary>
    [Requires(Permission.ProjectArchive)]
    public Task<Result> UnarchiveAsync(Actor actor, Guid id, long generation, CancellationToken ct) =>
        WantAsync(actor, id, generation, Permission.ProjectArchive, ProjectIntent.Active, "project.unarchived", ct);

    /// <summary>Lets nothing new start in the project, for a reason; what runs goes on to its end and grants are kept.</summary>
    [Requires(Permission.ProjectFreeze)]
    public Task<Result> FreezeAsync(Actor actor, Guid id, long generation, string reason, CancellationToken ct) =>
        ChangeAsync(actor, id, generation, Permission.ProjectFreeze, project =>
        {
            if ((ProjectRules.CheckOpen(project) ?? TextRules.CheckRequired("Reason", reason, ProjectRules.ReasonLimit)) is { } bad)
                return bad;
            if (project.IsFrozen)
                return Decision.Nothing;
            (project.FrozenAt, project.FrozenBy, project.FrozenReason) = (clock.GetUtcNow(), actor.Id, reason.Trim());
            return Record(actor, project, "project.frozen", ("reason", project.FrozenReason));
        }, ct);

    /// <summary>Lets what waits in a frozen project start again.</summary>
    [Requires(Permission.ProjectFreeze)]
    public Task<Result> UnfreezeAsync(Actor actor, Guid id, long generation, CancellationToken ct) =>
        ChangeAsync(actor, id, generation, Permission.ProjectFreeze, project =>
        {
            if (!project.IsFrozen)
                return Decision.Nothing;
            (project.FrozenAt, project.FrozenBy, project.FrozenReason) = (null, null, "");
            return Record(actor, project, "project.unfrozen", ("name", project.Name));
        }, ct);

    /// <summary>Removes the project with everything in its namespace: first the cluster's objects, then the row. It cannot be undone.</summary>
    /// <param name="name">The project's name, typed by the person: proof that this one is meant.</param>
    [Requires(Permission.ProjectDelete)]
    public Task<Result> DeleteAsync(Actor actor, Guid id, long generation, string name, CancellationToken ct) =>
        ChangeAsync(actor, id, generation, Permission.ProjectDelete, project =>
        {
            if (project.Intent == ProjectIntent.Deleted)
                return Decision.Nothing;
            if (name?.Trim() != project.Name)
                return new Refusal("project.name_mismatch", Field: "Name").With("name", project.Name);
            return Want(actor, project, ProjectIntent.Deleted, "project.delete_requested");
        }, ct);

    /// <summary>Tries a failed step again, for example after the cluster's rights were mended.</summary>
    [Requires(Permission.ProjectRetry)]
    public Task<Result> RetryStepAsync(Actor actor, Guid id, ProjectStepKind kind, CancellationToken ct) =>
        ChangeAsync(actor, id, null, Permission.ProjectRetry, project =>
        {
            if (project.Steps.SingleOrDefault(s => s.Kind == kind) is not { State: StepState.Failed } step)
                return Decision.Nothing;
            step.State = StepState.Waiting;
            step.ChangedAt = clock.GetUtcNow();
            return Record(actor, project, "project.step_retried", ("step", kind.ToString()), ("reason", step.Reason));
        }, ct);

    private Task<Result> WantAsync(
        Actor actor, Guid id, long generation, Permission permission, ProjectIntent intent, string action, CancellationToken ct) =>
        ChangeAsync(actor, id, generation, permission, project => project.Intent switch
        {
            _ when project.Intent == intent => Decision.Nothing,
            ProjectIntent.Deleted => ProjectRules.CheckOpen(project)!,
            _ => Want(actor, project, intent, action),
        }, ct);

    private Task<Result> ChangeAsync(
        Actor actor, Guid id, long? generation, Permission permission, Func<Project, Decision> decide, CancellationToken ct) =>
        change.ApplyAsync(
            actor,
            new ChangeTarget(permission, Scope.Project(id), "project", id),
            generation,
            db => db.Projects.SingleOrDefaultAsync(p => p.Id == id, ct),
            async (db, project) =>
            {
                var decision = decide(project);
                if (decision.Audit is not null && project.Intent == ProjectIntent.Archived)
                    await ArchivedProject.WakeAsync(db, id, ct);
                return decision;
            },
            ct);

    private static AuditRecord Want(Actor actor, Project project, ProjectIntent intent, string action)
    {
        var record = Record(actor, project, action, ("name", project.Name)).Changed("intent", project.Intent.ToString(), intent.ToString());
        project.Intent = intent;
        return record;
    }

    private static AuditRecord Record(Actor actor, Project project, string action, params (string Key, object? Value)[] details) =>
        new(actor, action, "project", project.Id)
        {
            ProjectId = project.Id,
            TeamId = project.TeamId,
            Details = details.ToDictionary(d => d.Key, d => d.Value),
        };
}

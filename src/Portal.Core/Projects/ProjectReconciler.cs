using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Quotas;
using Portal.Core.Reconciliation;

namespace Portal.Core.Projects;

/// <summary>
/// Makes projects real: takes their steps in order, writes how each stands as it goes, sets right what was changed behind
/// the portal's back, and takes everything away when a project is deleted.
/// </summary>
public sealed class ProjectReconciler(
    IDbContextFactory<PortalDb> databases, ProjectPlanner planner, ProjectSteps steps, LeaseFence fence, TimeProvider clock) : IReconciler
{
    // Events wake a project earlier; this is for a cluster whose watch is down.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookSeldom = TimeSpan.FromMinutes(1);

    // Steps that follow each other faster than anybody reads are written together.
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(400);

    /// <inheritdoc/>
    public string Kind => nameof(Project);

    /// <inheritdoc/>
    public IReadOnlyList<ResourceType> Watches { get; } =
    [
        Kinds.Namespace, Kinds.ResourceQuota, Kinds.LimitRange, Kinds.NetworkPolicy, Kinds.ServiceAccount, Kinds.RoleBinding,
        Kinds.PersistentVolumeClaim, Kinds.ClusterQueue, Kinds.LocalQueue, Kinds.ResourceFlavor, Kinds.WorkloadPriorityClass, Kinds.Cohort,
        Kinds.Node,
    ];

    /// <inheritdoc/>
    public IReadOnlyList<ResourceType> OptionalWatches => HardwareProfileManifests.Versions;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReconcileRow>> AllAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Projects.OrderBy(p => p.Id).Select(p => new ReconcileRow(p.Id, p.ClusterId)).ToListAsync(ct);
    }

    /// <summary>A decided, expired or released request changes what its project may use.</summary>
    public Guid? WokenBy(RowChange change) =>
        change.Kind == "QuotaRequest" ? change.ProjectId : change.Kind == Kind && change.NeedsReconcile ? change.Id : null;

    /// <inheritdoc/>
    public async Task<Guid?> ClusterOfAsync(Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Projects.Where(r => r.Id == id).Select(r => r.ClusterId).SingleOrDefaultAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var project = await db.Projects.Include(p => p.Team).SingleOrDefaultAsync(p => p.Id == id, ct);
        if (project is null)
            return ReconcileResult.Settled;
        // A statement of its own: to join the one project with its members and who they are, SQLite reads those of all projects.
        await db.Set<ProjectMember>().Include(m => m.Person).Where(m => m.ProjectId == id).OrderBy(m => m.PersonId).LoadAsync(ct);
        try
        {
            if (project.Intent == ProjectIntent.Deleted)
                return await RemoveAsync(db, project, ct);
            return project.ClusterId is null ? await PlaceAsync(db, project, ct) : await MakeAsync(db, project, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody changed what is wanted during the pass: read it again.
            return ReconcileResult.After(TimeSpan.Zero);
        }
    }

    // Made before any cluster was registered. The raised generation brings it to its cluster's own queue.
    private async Task<ReconcileResult> PlaceAsync(PortalDb db, Project project, CancellationToken ct)
    {
        var placed = await planner.PlaceAsync(db, project, ct);
        if (placed.IsFinished)
        {
            project.Generation++;
            await fence.SaveAsync(db, ct);
            return ReconcileResult.Settled;
        }
        var step = project.Steps.FirstOrDefault(s => s.Kind == ProjectStepKind.Namespace) ?? AddStep(project, ProjectStepKind.Namespace);
        await EndAsync(db, project, step, placed, failed: false, ct);
        return ReconcileResult.After(LookAgain);
    }

    private async Task<ReconcileResult> MakeAsync(PortalDb db, Project project, CancellationToken ct)
    {
        var plan = await planner.PlanAsync(db, project, ct);
        var all = Enum.GetValues<ProjectStepKind>().Select(kind => project.Steps.FirstOrDefault(s => s.Kind == kind) ?? AddStep(project, kind)).ToList();
        if (await TakeAsync(db, project, all, plan, ct) is { } broken)
            return broken;
        // What the cluster has done meanwhile is seen in the same pass: members who waited for the ceilings are let in without another.
        var then = planner.Again(plan);
        // What it has just refused is asked for by the next pass.
        var again = all.Where(s => (s.State == StepState.Waiting && !s.Reason.StartsWith("cluster.", StringComparison.Ordinal))
            || (s.Kind == ProjectStepKind.Namespace && then.HasQueue != plan.HasQueue));
        if (await TakeAsync(db, project, again, then, ct) is { } brokenThen)
            return brokenThen;
        EndPass(db, project);
        await fence.SaveAsync(db, ct);
        // Members who wait are let in by the pass in which the steps before are done.
        var waiting = all.Where(s => s.State == StepState.Waiting && s.Reason != ProjectSteps.MembersWait).ToList();
        if (waiting.Count > 0)
            return ReconcileResult.After(waiting.Min(AfterWaiting));
        return planner.Again(then).HasQueue == then.HasQueue ? ReconcileResult.Settled : ReconcileResult.After(TimeSpan.Zero);
    }

    // Takes steps in their order. Null when it has been through them, else how the pass ends.
    private async Task<ReconcileResult?> TakeAsync(PortalDb db, Project project, IEnumerable<ProjectStep> taken, ProjectPlan plan, CancellationToken ct)
    {
        var shown = clock.GetTimestamp();
        foreach (var step in taken)
        {
            var (outcome, failure) = await TakeAsync(db, step, plan, ct);
            End(project, step, outcome, failure is not null);
            var isOutage = failure is { } && (failure.IsTransient || failure.Failure == ClusterFailure.NotFound);
            var hasNoPlace = step.Kind == ProjectStepKind.Namespace && HasNoPlace(outcome, plan);
            if (isOutage || hasNoPlace || clock.GetElapsedTime(shown) > Glance)
            {
                await fence.SaveAsync(db, ct);
                shown = clock.GetTimestamp();
            }
            if (isOutage)
                return ReconcileResult.Retry(failure!.RetryAfter);
            if (hasNoPlace)
                return outcome.State == StepState.Waiting ? ReconcileResult.After(AfterWaiting(step)) : ReconcileResult.Settled;
        }
        return null;
    }

    // As long again as it has waited: a thousand projects that wait for an operator which is not there shall not keep a core busy.
    private TimeSpan AfterWaiting(ProjectStep step)
    {
        var waited = clock.GetUtcNow() - step.ChangedAt ?? TimeSpan.Zero;
        return waited < LookAgain ? LookAgain : waited > LookSeldom ? LookSeldom : waited;
    }

    // A namespace of which others hold a field still takes members, ceilings and a queue.
    private bool HasNoPlace(StepOutcome outcome, ProjectPlan plan) =>
        outcome.State == StepState.Waiting || (outcome.State == StepState.Failed && !steps.HasNamespace(plan));

    private async Task<(StepOutcome Outcome, ClusterException? Failure)> TakeAsync(
        PortalDb db, ProjectStep step, ProjectPlan plan, CancellationToken ct)
    {
        var taking = steps.TakeAsync(step.Kind, plan, ct);
        try
        {
            // The delay only decides whether the step is shown as running: one that is over before a glance never is. It is awaited below
            // in either case, and its outcome is taken whichever came first.
            if (!taking.IsCompleted && await Task.WhenAny(taking, Task.Delay(Glance, clock, ct)) != taking)
                await BeginAsync(db, step, ct);
        }
        finally
        {
            // Where it cannot be shown, the lease lost for one, the step still ends within this pass: the next must not meet it.
            await Task.WhenAny(taking);
        }
        return await taking;
    }

    private async Task<ReconcileResult> RemoveAsync(PortalDb db, Project project, CancellationToken ct)
    {
        var step = project.Steps.FirstOrDefault(s => s.Kind == ProjectStepKind.Namespace) ?? AddStep(project, ProjectStepKind.Namespace);
        try
        {
            var left = await steps.RemoveAsync(project, ct);
            if (!left.IsFinished)
            {
                await EndAsync(db, project, step, left, failed: false, ct);
                return ReconcileResult.After(LookAgain);
            }
            if (!await planner.IsReleasedAsync(project, ct))
            {
                await EndAsync(db, project, step, StepOutcome.Waiting("project.grants_returning"), failed: false, ct);
                return ReconcileResult.After(LookAgain);
            }
        }
        catch (ClusterException failure)
        {
            await EndAsync(db, project, step, StepOutcome.From(failure), failed: true, ct);
            return ReconcileResult.Retry(failure.RetryAfter);
        }
        // The row takes its requests along, and what they hold has to be back in the pools before.
        if (await db.Set<QuotaRequest>().Where(QuotaRequest.Holds).AnyAsync(r => r.ProjectId == project.Id, ct))
            return ReconcileResult.After(LookAgain);
        db.Projects.Remove(project);
        db.Audit(Record(project, "project.removed"));
        await fence.SaveAsync(db, ct);
        return ReconcileResult.Settled;
    }

    private async Task BeginAsync(PortalDb db, ProjectStep step, CancellationToken ct)
    {
        // One that the cluster is still at work on is not begun again: its reason stays on the page.
        if (step.State is StepState.Done or StepState.NotNeeded or StepState.Running || step is { State: StepState.Waiting, Attempts: > 0 })
            return;
        Write(step, new StepOutcome(StepState.Running));
        await fence.SaveAsync(db, ct);
    }

    private async Task EndAsync(PortalDb db, Project project, ProjectStep step, StepOutcome outcome, bool failed, CancellationToken ct)
    {
        End(project, step, outcome, failed);
        await fence.SaveAsync(db, ct);
    }

    private void End(Project project, ProjectStep step, StepOutcome outcome, bool failed)
    {
        Write(step, outcome);
        if (step.Attempts == 0 || failed)
            step.Attempts++;
        // Steps that were done for an older wish say nothing of this one until the pass has been through them all.
        if (ProjectHealth.State(project) is var state && !IsComplete(state))
            project.State = state;
    }

    private static void EndPass(PortalDb db, Project project)
    {
        project.State = ProjectHealth.State(project);
        if (!IsComplete(project.State))
            return;
        if (project.ObservedGeneration == 0)
            db.Audit(Record(project, "project.ready"));
        project.ObservedGeneration = project.Generation;
    }

    private static bool IsComplete(ProjectState state) => state is ProjectState.Ready or ProjectState.Archived;

    private void Write(ProjectStep step, StepOutcome outcome)
    {
        var detail = outcome.Detail.Length <= 4000 ? outcome.Detail : outcome.Detail[..4000];
        if (step.State != outcome.State || step.Reason != outcome.Reason || step.Detail != detail)
            (step.State, step.Reason, step.Detail, step.ChangedAt) = (outcome.State, outcome.Reason, detail, clock.GetUtcNow());
        step.Arguments = outcome.Arguments;
    }

    private static ProjectStep AddStep(Project project, ProjectStepKind kind)
    {
        var step = new ProjectStep { Kind = kind };
        project.Steps.Add(step);
        return step;
    }

    private static AuditRecord Record(Project project, string action) => new(Actor.Reconciler, action, "project", project.Id)
    {
        ProjectId = project.Id,
        TeamId = project.TeamId,
        Details = { ["name"] = project.Name, ["namespace"] = project.Namespace },
    };
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Catalog;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>What people do with training runs. A click stores what is wanted; the reconciler carries it out.</summary>
public sealed class TrainingService(
    IDbContextFactory<PortalDb> databases, AccessGate gate, TimeProvider clock, Catalogue catalogue, WorkloadLaunch launch)
{
    private const string What = "training";

    /// <summary>Stores a new run. Sent twice with one id, it is made once.</summary>
    [Requires(Permission.TrainingRun)]
    public async Task<Result<Guid>> LaunchAsync(Actor actor, TrainingDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.TrainingRun, Scope.Project(draft.ProjectId), "project", draft.ProjectId, ct) is { } denied)
            return denied;
        if (await db.Set<TrainingRun>().AnyAsync(r => r.Id == draft.Id && r.CreatedBy == actor.Id, ct))
            return draft.Id;
        if (TrainingRules.Check(draft, catalogue) is { } bad)
            return bad;
        var price = await launch.PriceAsync(draft.ProjectId, draft.SizeId, draft.PoolId, draft.Accelerators, ct, draft.Nodes);
        if (!price.Succeeded)
            return price.Refusal;
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == draft.ProjectId, ct);
        if (project.Intent != ProjectIntent.Active)
            return new Refusal("project.not_active", RefusalKind.Conflict).With("name", project.Name);
        if (draft.BasedOnId is { } based && !await db.Set<TrainingRun>().AnyAsync(r => r.Id == based && r.ProjectId == draft.ProjectId, ct))
            return Refusal.NotFound(What);

        var now = clock.GetUtcNow();
        var run = draft.ToRun(actor, catalogue.FindSize(draft.SizeId)!, price.Value, now);
        db.Add(run);
        db.Add(new TrainingStep { RunId = run.Id, Position = 1, At = now, State = WorkloadState.Pending, Reason = "workload.submitting" });
        run.SetStatus(new WorkloadStatus(WorkloadState.Pending, "workload.submitting"), now);
        db.Audit(new AuditRecord(actor, "training.launched", What, run.Id)
        {
            ProjectId = run.ProjectId,
            Details =
            {
                ["name"] = run.Name, ["image"] = run.CustomImage.Length > 0 ? run.CustomImage : run.ImageId, ["size"] = run.SizeId,
                ["pool"] = run.PoolId, ["accelerators"] = run.Accelerators, ["nodes"] = run.Nodes, ["basedOn"] = run.BasedOnId,
            },
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // One form sent twice at once: the primary key let one through.
            await using var again = await databases.CreateDbContextAsync(ct);
            if (!await again.Set<TrainingRun>().AnyAsync(r => r.Id == draft.Id && r.CreatedBy == actor.Id, ct))
                throw;
        }
        return run.Id;
    }

    /// <summary>Asks for a run to stop: its program is told, then ended; its log and what it handed over stay.</summary>
    [Requires(Permission.WorkloadStop)]
    public async Task<Result> StopAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var run = await db.Set<TrainingRun>().SingleOrDefaultAsync(r => r.Id == id, ct);
        if (run is null)
            return Refusal.NotFound(What);
        if (await gate.CheckAsync(db, actor, Permission.WorkloadStop, Scope.Project(run.ProjectId), What, id, ct) is { } denied)
            return denied;
        if (run.StopRequested)
            return Result.Done;
        if (run.State.IsFinal())
            return new Refusal("training.ended", RefusalKind.Conflict).With("name", run.Name);
        run.StopRequested = true;
        (run.IntentChangedAt, run.Generation) = (clock.GetUtcNow(), run.Generation + 1);
        db.Audit(new AuditRecord(actor, "training.stopped", What, id) { ProjectId = run.ProjectId, Details = { ["name"] = run.Name } });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal("training.changed", RefusalKind.Conflict).With("name", run.Name);
        }
        return Result.Done;
    }

    /// <summary>The form of another try of a run: the same, to be changed.</summary>
    [Requires(Permission.TrainingView)]
    public async Task<Result<TrainingDraft>> AgainAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var run = await db.Set<TrainingRun>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct);
        if (run is null)
            return Refusal.NotFound(What);
        return await gate.CheckAsync(db, actor, Permission.TrainingView, Scope.Project(run.ProjectId), What, id, ct) is { } denied
            ? denied : TrainingDraft.From(run);
    }

    /// <summary>One run with its timeline and what it reported.</summary>
    [Requires(Permission.TrainingView)]
    public async Task<Result<TrainingView>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var run = await db.Set<TrainingRun>().AsNoTracking().Include(r => r.Project).SingleOrDefaultAsync(r => r.Id == id, ct);
        if (run is null)
            return Refusal.NotFound(What);
        if (await gate.CheckAsync(db, actor, Permission.TrainingView, Scope.Project(run.ProjectId), What, id, ct) is { } denied)
            return denied;
        var owner = await db.People.Where(p => p.Id == run.CreatedBy).Select(p => p.DisplayName).FirstOrDefaultAsync(ct);
        return new TrainingView(run, run.Project!.Name, owner ?? "")
        {
            Steps = await db.Set<TrainingStep>().AsNoTracking().Where(s => s.RunId == id).OrderBy(s => s.Position).ToListAsync(ct),
            Notes = await db.Set<TrainingNote>().AsNoTracking().Where(n => n.RunId == id).OrderBy(n => n.Key).ToListAsync(ct),
            Artefacts = await db.Set<TrainingArtefact>().AsNoTracking().Where(a => a.RunId == id).OrderBy(a => a.Path).ToListAsync(ct),
        };
    }
}

/// <summary>A run as its page shows it.</summary>
public sealed record TrainingView(TrainingRun Run, string ProjectName, string OwnerName)
{
    /// <summary>The timeline, first to last.</summary>
    public IReadOnlyList<TrainingStep> Steps { get; init; } = [];

    /// <summary>Parameters and tags by key.</summary>
    public IReadOnlyList<TrainingNote> Notes { get; init; } = [];

    /// <summary>Files by path.</summary>
    public IReadOnlyList<TrainingArtefact> Artefacts { get; init; } = [];

    /// <summary>What it has used until <paramref name="now"/>.</summary>
    public TrainingUse Use(DateTimeOffset now) => TrainingUse.From(Run, TrainingWait.Of(Steps.Select(s => (s.State, s.At))), now);
}

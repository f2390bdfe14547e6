using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Catalog;
using Portal.Core.Data;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>What people do with notebooks. A click stores what is wanted; the reconciler carries it out.</summary>
public sealed class NotebookService(
    IDbContextFactory<PortalDb> databases, AccessGate gate, TimeProvider clock, Catalogue catalogue, WorkloadLaunch launch)
{
    private const string What = "notebook";

    /// <summary>Stores a new notebook that shall run. Sent twice with one id, it is made once.</summary>
    [Requires(Permission.NotebookRun)]
    public async Task<Result<Guid>> LaunchAsync(Actor actor, NotebookDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.NotebookRun, Scope.Project(draft.ProjectId), "project", draft.ProjectId, ct) is { } denied)
            return denied;
        if (await db.Set<Notebook>().AnyAsync(n => n.Id == draft.Id && n.CreatedBy == actor.Id, ct))
            return draft.Id;
        if (Check(draft, catalogue) is { } bad)
            return bad;
        var price = await launch.PriceAsync(draft.ProjectId, draft.SizeId, draft.PoolId, draft.Accelerators, ct);
        if (!price.Succeeded)
            return price.Refusal;
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == draft.ProjectId, ct);
        if (project.Intent != ProjectIntent.Active)
            return new Refusal("project.not_active", RefusalKind.Conflict).With("name", project.Name);

        var notebook = draft.ToNotebook(actor, price.Value, clock.GetUtcNow());
        if (await db.Set<Notebook>().AnyAsync(n => n.ProjectId == draft.ProjectId && n.Name == notebook.Name && n.Id != draft.Id, ct))
            return NameTaken(notebook.Name);
        db.Add(notebook);
        db.Audit(new AuditRecord(actor, "notebook.launched", What, notebook.Id)
        {
            ProjectId = notebook.ProjectId,
            Details =
            {
                ["name"] = notebook.Name, ["image"] = notebook.ImageId, ["size"] = notebook.SizeId,
                ["pool"] = notebook.PoolId, ["accelerators"] = notebook.Accelerators,
            },
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // One form sent twice, or two people with one name: the unique indexes let one through.
            await using var again = await databases.CreateDbContextAsync(ct);
            return await again.Set<Notebook>().AnyAsync(n => n.Id == draft.Id && n.CreatedBy == actor.Id, ct)
                ? draft.Id : NameTaken(notebook.Name);
        }
        return notebook.Id;
    }

    /// <summary>Asks for a stopped notebook to run again, on the same files.</summary>
    [Requires(Permission.NotebookRun)]
    public Task<Result> StartAsync(Actor actor, Guid id, CancellationToken ct) =>
        WantAsync(actor, Permission.NotebookRun, id, NotebookIntent.Running, "started", whenIdle: false, ct);

    /// <summary>Asks for it to stop. Files stay, what kernels hold in memory is lost.</summary>
    [Requires(Permission.WorkloadStop)]
    public Task<Result> StopAsync(Actor actor, Guid id, CancellationToken ct) =>
        WantAsync(actor, Permission.WorkloadStop, id, NotebookIntent.Stopped, "stopped", whenIdle: false, ct);

    /// <summary>Stops it because nobody uses it; the idle sweep calls this.</summary>
    [Requires(Permission.NotebookCull)]
    public Task<Result> StopIdleAsync(Actor actor, Guid id, CancellationToken ct) =>
        WantAsync(actor, Permission.NotebookCull, id, NotebookIntent.Stopped, "stopped_idle", whenIdle: true, ct);

    /// <summary>Asks for it to be removed. The project's storage stays.</summary>
    [Requires(Permission.NotebookRun)]
    public Task<Result> DeleteAsync(Actor actor, Guid id, CancellationToken ct) =>
        WantAsync(actor, Permission.NotebookRun, id, NotebookIntent.Deleted, "deleted", whenIdle: false, ct);

    /// <summary>A project's notebooks, newest first.</summary>
    [Requires(Permission.NotebookView)]
    public async Task<Result<Page<NotebookView>>> ListAsync(Actor actor, Guid projectId, ListQuery query, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.NotebookView, Scope.Project(projectId), "project", projectId, ct) is { } denied)
            return denied;
        var rows = db.Set<Notebook>().AsNoTracking().Where(n => n.ProjectId == projectId);
        if (TextRules.SearchTerm(query.Search) is { } term)
            rows = rows.Where(n => n.Name.ToLower().Contains(term));
        var page = await View(db, rows.OrderByDescending(n => n.CreatedAt).ThenBy(n => n.Id).Skip(query.Skip).Take(query.Limit + 1)).ToListAsync(ct);
        return new Page<NotebookView>([.. page.Take(query.Limit)], await rows.TotalAsync(query, page.Count, ct));
    }

    /// <summary>Notebooks of all projects that the actor may see in one of some states, newest first.</summary>
    [Requires(Permission.PortalUse)]
    public async Task<Result<IReadOnlyList<NotebookView>>> InStatesAsync(
        Actor actor, IReadOnlyCollection<WorkloadState> states, int most, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, What, null, ct) is { } denied)
            return denied;
        var rows = db.Set<Notebook>().AsNoTracking().VisibleTo(db, actor, await gate.RolesAsync(db, actor, Scope.Platform, ct))
            .Where(n => states.Contains(n.State));
        return Result.Of<IReadOnlyList<NotebookView>>(
            await View(db, rows.OrderByDescending(n => n.CreatedAt).ThenBy(n => n.Id).Take(most)).ToListAsync(ct));
    }

    /// <summary>One notebook.</summary>
    [Requires(Permission.NotebookView)]
    public async Task<Result<NotebookView>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var found = await View(db, db.Set<Notebook>().AsNoTracking().Where(n => n.Id == id)).SingleOrDefaultAsync(ct);
        if (found is null)
            return Refusal.NotFound(What);
        var scope = Scope.Project(found.Notebook.ProjectId);
        return await gate.CheckAsync(db, actor, Permission.NotebookView, scope, What, id, ct) is { } denied ? denied : found;
    }

    /// <summary>A name that is free in the project, for the form to start with.</summary>
    [Requires(Permission.NotebookView)]
    public async Task<Result<string>> SuggestNameAsync(Actor actor, Guid projectId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.NotebookView, Scope.Project(projectId), "project", projectId, ct) is { } denied)
            return denied;
        var taken = await db.Set<Notebook>().Where(n => n.ProjectId == projectId).Select(n => n.Name).ToHashSetAsync(ct);
        return Enumerable.Range(1, taken.Count + 1).Select(i => i == 1 ? What : $"{What}-{i}").First(n => !taken.Contains(n));
    }

    private async Task<Result> WantAsync(
        Actor actor, Permission permission, Guid id, NotebookIntent intent, string action, bool whenIdle, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var notebook = await db.Set<Notebook>().Include(n => n.Project).SingleOrDefaultAsync(n => n.Id == id, ct);
        if (notebook is null)
            return Refusal.NotFound(What);
        if (await gate.CheckAsync(db, actor, permission, Scope.Project(notebook.ProjectId), What, id, ct) is { } denied)
            return denied;
        if (notebook.Intent == intent)
            return Result.Done;
        if (notebook.Intent == NotebookIntent.Deleted)
            return new Refusal("notebook.deleting", RefusalKind.Conflict).With("name", notebook.Name);
        if (intent == NotebookIntent.Running && notebook.Project!.Intent != ProjectIntent.Active)
            return new Refusal("project.not_active", RefusalKind.Conflict).With("name", notebook.Project.Name);
        var record = Record(actor, action, notebook).Changed("intent", notebook.Intent.ToString(), intent.ToString());
        (notebook.Intent, notebook.StoppedWhenIdle) = (intent, whenIdle);
        (notebook.IntentChangedAt, notebook.Generation) = (clock.GetUtcNow(), notebook.Generation + 1);
        if (intent == NotebookIntent.Running)
            (notebook.LastActivityAt, notebook.KernelBusy, notebook.ActivityCheckedAt) = (null, false, null);
        db.Audit(record);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new Refusal("notebook.changed", RefusalKind.Conflict).With("name", notebook.Name);
        }
        return Result.Done;
    }

    /// <summary>Null when the form can become a notebook, so far as that hangs on nothing but itself.</summary>
    internal static Refusal? Check(NotebookDraft draft, Catalogue catalogue)
    {
        if (WorkloadNames.Check(What, draft.Name) is { } name)
            return name;
        if (catalogue.FindImage(draft.ImageId, ImageUse.Notebook) is null)
            return new Refusal("workload.unknown_image", Field: "ImageId").With("image", draft.ImageId);
        return draft.IdleMinutes is < IdleRule.MinimumMinutes or > IdleRule.MaximumMinutes
            ? new Refusal("notebook.idle_minutes", Field: "IdleMinutes")
                .With("minimum", IdleRule.MinimumMinutes).With("maximum", IdleRule.MaximumMinutes)
            : null;
    }

    private static IQueryable<NotebookView> View(PortalDb db, IQueryable<Notebook> rows)
    {
        var disputes = db.Set<ObjectDispute>().Where(ObjectDispute.IsOpen);
        return rows.Select(n => new NotebookView(n, n.Project!.Name, n.Project.Namespace,
            db.People.Where(p => p.Id == n.CreatedBy).Select(p => p.DisplayName).FirstOrDefault() ?? "",
            disputes.Any(d => d.ProjectId == n.ProjectId && d.OwnerId == n.Id)));
    }

    private static Refusal NameTaken(string name) =>
        new Refusal("notebook.name_taken", RefusalKind.Conflict, "Name").With("name", name);

    private static AuditRecord Record(Actor actor, string action, Notebook notebook) =>
        new(actor, $"{What}.{action}", What, notebook.Id) { ProjectId = notebook.ProjectId };
}

/// <summary>A notebook with the names that a page shows beside it.</summary>
/// <param name="Disputed">Others hold objects of it, or fields of them, and nobody has said that they shall.</param>
public sealed record NotebookView(Notebook Notebook, string ProjectName, string Namespace, string OwnerName, bool Disputed);

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Teams;
using Portal.Core.Workloads;

namespace Portal.Core.Quotas;

/// <summary>What those who ask do with quota requests, and what time does to them.</summary>
public sealed class QuotaService(IDbContextFactory<PortalDb> databases, AccessGate gate, IClusters clusters, TimeProvider clock)
{
    private const int Batch = 200;

    /// <summary>Says, before anything is sent, whether the wish fits and who will decide.</summary>
    [Requires(Permission.QuotaRequest)]
    public async Task<Result<QuotaForecast>> PreviewAsync(Actor actor, QuotaDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var (refusal, project, pool) = await CheckAsync(db, actor, draft, ct);
        if (refusal is not null)
            return refusal;
        var followed = await FollowedGrant.FindAsync(db, project!.Id, pool!.Id, draft.From, clock.GetUtcNow(), ct);
        return await QuotaOutlook.LookAsync(db, project.TeamId, pool, (int)draft.Amount, draft.Until - draft.From, actor.Id, followed, ct);
    }

    /// <summary>Sends a request. The draft's id is the form's idempotency key: a second call returns the first one's request.</summary>
    [Requires(Permission.QuotaRequest)]
    public async Task<Result<Guid>> SubmitAsync(Actor actor, QuotaDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var (refusal, project, _) = await CheckAsync(db, actor, draft, ct);
        if (refusal is not null)
            return refusal;
        if (await db.Set<QuotaRequest>().AnyAsync(r => r.Id == draft.Id && r.RequestedBy == actor.Id, ct))
            return draft.Id;
        var now = clock.GetUtcNow();
        var request = new QuotaRequest
        {
            Id = draft.Id,
            ProjectId = draft.ProjectId,
            RequestedBy = actor.Id,
            RequestedAt = now,
        };
        Fill(request, draft, now);
        db.Add(request);
        db.Record(request, QuotaAction.Submitted, actor, now, request.Amount, request.Reason);
        db.Audit(new AuditRecord(actor, "quota.submitted", "quota", request.Id)
        {
            ProjectId = project!.Id,
            TeamId = project.TeamId,
            Details = { ["pool"] = request.PoolId, ["amount"] = request.Amount, ["from"] = request.From, ["until"] = request.Until },
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // One form sent twice at once: the primary key let one through.
            await using var again = await databases.CreateDbContextAsync(ct);
            if (!await again.Set<QuotaRequest>().AnyAsync(r => r.Id == draft.Id && r.RequestedBy == actor.Id, ct))
                throw;
        }
        return draft.Id;
    }

    /// <summary>Changes a request that is not decided yet. Whoever is about to decide on the old one is told so.</summary>
    [Requires(Permission.QuotaRequest)]
    public async Task<Result> EditAsync(Actor actor, QuotaDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var request = await QuotaTransitions.FindTrackedAsync(db, draft.Id, ct);
        if (request is null)
            return Refusal.NotFound("quota");
        if (await gate.CheckAsync(db, actor, Permission.QuotaRequest, Scope.Project(request.ProjectId), "quota", draft.Id, ct) is { } denied)
            return denied;
        var (refusal, _, _) = await CheckAsync(db, actor, draft with { ProjectId = request.ProjectId }, ct);
        if (refusal is not null)
            return refusal;
        // Otherwise a lead could write into a member's request what they then decide.
        if (request.RequestedBy != actor.Id)
            return new Refusal("quota.not_yours", RefusalKind.Forbidden);
        if (request.State != QuotaState.Submitted)
            return QuotaTransitions.WrongState(request.State);
        var before = request.ContentHash;
        Fill(request, draft, clock.GetUtcNow());
        if (request.ContentHash == before)
            return Result.Done;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        db.Move(request, QuotaState.Submitted, QuotaAction.Edited, actor, clock.GetUtcNow(), request.Amount, request.Reason);
        return await db.TryCommitAsync(request, changesProject: false, ct) ? Result.Done : (Result)Overtaken();
    }

    /// <summary>Takes a request back before it is decided.</summary>
    [Requires(Permission.QuotaRequest)]
    public Task<Result> WithdrawAsync(Actor actor, Guid id, CancellationToken ct) =>
        EndAsync(actor, id, s => s == QuotaState.Submitted, QuotaState.Withdrawn, QuotaAction.Withdrawn, ct);

    /// <summary>Gives a grant back before its end.</summary>
    [Requires(Permission.QuotaRequest)]
    public Task<Result> ReleaseAsync(Actor actor, Guid id, CancellationToken ct) =>
        EndAsync(actor, id, QuotaRules.HoldsUnits, QuotaState.Released, QuotaAction.Released, ct);

    /// <summary>
    /// Does what time has made due: starts grants, ends those that are over or whose project is, lapses requests nobody decided.
    /// Several may run it at once; each step is taken once.
    /// </summary>
    [Requires(Permission.QuotaExpire)]
    public async Task<Result<QuotaTick>> AdvanceAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.QuotaExpire, Scope.Platform, "quota", null, ct) is { } denied)
            return denied;
        var now = clock.GetUtcNow();
        var due = db.Set<QuotaRequest>().AsNoTracking()
            .Where(r => r.State == QuotaState.Submitted || r.State == QuotaState.Approved || r.State == QuotaState.Active)
            .Where(r => r.Until <= now || (r.State == QuotaState.Approved && r.From <= now) || r.Project!.Intent != ProjectIntent.Active)
            .OrderBy(r => r.Until).ThenBy(r => r.Id).Select(r => r.Id);
        var tick = new QuotaTick();
        // What cannot be ended yet stays in front, and holds up nothing behind it.
        for (var (left, more) = (0, true); more;)
        {
            var batch = await due.Skip(left).Take(Batch).ToListAsync(ct);
            foreach (var id in batch)
            {
                var before = tick;
                tick = await AdvanceOneAsync(actor, id, now, tick, ct);
                left += tick == before ? 1 : 0;
            }
            more = batch.Count == Batch;
        }
        return tick;
    }

    private async Task<QuotaTick> AdvanceOneAsync(Actor actor, Guid id, DateTimeOffset now, QuotaTick tick, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var request = await QuotaTransitions.FindTrackedAsync(db, id, ct);
        if (request is null)
            return tick;
        var gone = request.Project!.Intent != ProjectIntent.Active;
        switch (request.State)
        {
            case QuotaState.Submitted when gone:
                return await db.TryEndAsync(request, QuotaState.Withdrawn, QuotaAction.Withdrawn, actor, now, "", ct)
                    ? tick with { Lapsed = tick.Lapsed + 1 } : tick;
            case QuotaState.Submitted when request.Until <= now:
                return await db.TryEndAsync(request, QuotaState.Expired, QuotaAction.Expired, actor, now, "", ct)
                    ? tick with { Lapsed = tick.Lapsed + 1 } : tick;
            case QuotaState.Approved or QuotaState.Active when gone && !await IsHeldAsync(db, request, ct):
                return await db.TryEndAsync(request, QuotaState.Released, QuotaAction.Released, actor, now, "", ct)
                    ? tick with { Ended = tick.Ended + 1 } : tick;
            case QuotaState.Approved or QuotaState.Active when request.Until <= now:
                return await db.TryEndAsync(request, QuotaState.Expired, QuotaAction.Expired, actor, now, "", ct)
                    // With it those started that follow it.
                    ? tick with { Ended = tick.Ended + 1, Started = tick.Started + db.Set<QuotaRequest>().Local.Count(r => r.State == QuotaState.Active) }
                    : tick;
            case QuotaState.Approved when !gone && request.From <= now:
                await using (await db.Database.BeginTransactionAsync(ct))
                {
                    db.Move(request, QuotaState.Active, QuotaAction.Started, actor, now, request.GrantedAmount!.Value, "");
                    return await db.TryCommitAsync(request, changesProject: true, ct) ? tick with { Started = tick.Started + 1 } : tick;
                }
            default:
                return tick;
        }
    }

    // What still runs of a project that is over has its units: they are another's only once it is gone.
    private async Task<bool> IsHeldAsync(PortalDb db, QuotaRequest request, CancellationToken ct)
    {
        var project = request.Project!;
        if (project.ClusterId is null)
            return false;
        var cache = clusters.Get(project.ClusterId).Cache;
        // A deleted project's rows stay as they were: its namespace takes what runs along.
        return cache.Age(Kinds.Pod) is null
            || (project.Intent == ProjectIntent.Archived && await ArchivedProject.IsAtWorkAsync(db, project.Id, ct))
            || cache.Holdings().Any(h => h.Namespace == project.Namespace && h.Requests.GetValueOrDefault(request.Pool!.ResourceName) > 0);
    }

    private async Task<Result> EndAsync(
        Actor actor, Guid id, Func<QuotaState, bool> may, QuotaState to, QuotaAction action, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var request = await QuotaTransitions.FindTrackedAsync(db, id, ct);
        if (request is null)
            return Refusal.NotFound("quota");
        if (await gate.CheckAsync(db, actor, Permission.QuotaRequest, Scope.Project(request.ProjectId), "quota", id, ct) is { } denied)
            return denied;
        if (request.State == to)
            return Result.Done;
        if (!may(request.State))
            return QuotaTransitions.WrongState(request.State);
        return await db.TryEndAsync(request, to, action, actor, clock.GetUtcNow(), "", ct) ? Result.Done : (Result)Overtaken();
    }

    private async Task<(Refusal? Refusal, Project? Project, HardwarePool? Pool)> CheckAsync(
        PortalDb db, Actor actor, QuotaDraft draft, CancellationToken ct)
    {
        if (await gate.CheckAsync(db, actor, Permission.QuotaRequest, Scope.Project(draft.ProjectId), "project", draft.ProjectId, ct) is { } denied)
            return (denied, null, null);
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == draft.ProjectId, ct);
        var pool = await db.Set<HardwarePool>().AsNoTracking().Include(p => p.Ledger).Include(p => p.AllowedTeams)
            .SingleOrDefaultAsync(p => p.Id == draft.PoolId, ct);
        if (pool is null)
            return (Refusal.NotFound("pool") with { Field = "PoolId" }, null, null);
        var refusal = project.Intent != ProjectIntent.Active ? new Refusal("quota.project_archived", RefusalKind.Conflict).With("project", project.Name)
            : PoolRules.CheckFor(pool, project.TeamId) is { } closed ? closed
            : await ProjectGrants.CheckClusterAsync(db, project, pool, ct) is { } elsewhere ? elsewhere with { Kind = RefusalKind.Invalid }
            : QuotaRules.Check(draft, pool.Ledger.Capacity, clock.GetUtcNow());
        return (refusal, project, pool);
    }

    private static void Fill(QuotaRequest request, QuotaDraft draft, DateTimeOffset now)
    {
        request.PoolId = draft.PoolId;
        request.Amount = (int)draft.Amount;
        request.From = draft.From < now ? now : draft.From;
        request.Until = draft.Until;
        request.Reason = draft.Reason.Trim();
        request.ContentHash = QuotaRules.ContentHash(request);
    }

    private static Refusal Overtaken() => new("quota.overtaken", RefusalKind.Conflict);
}

/// <summary>What one pass of <see cref="QuotaService.AdvanceAsync"/> did.</summary>
/// <param name="Started">Grants whose first day came.</param>
/// <param name="Ended">Grants given back.</param>
/// <param name="Lapsed">Requests whose period or project was over before anybody decided.</param>
public sealed record QuotaTick(int Started = 0, int Ended = 0, int Lapsed = 0);

using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Results;
using Portal.Core.Teams;

namespace Portal.Core.Quotas;

/// <summary>Reads quota requests for pages and the API.</summary>
public sealed class QuotaQueryService(
    IDbContextFactory<PortalDb> databases, AccessGate gate, PoolQueryService pools, TimeProvider clock)
{
    private const int RivalsShown = 20;

    private static readonly QuotaAction[] Answers =
        [QuotaAction.Approved, QuotaAction.ApprovedLess, QuotaAction.Rejected, QuotaAction.Expired, QuotaAction.Reclaimed];

    /// <summary>What the form of a project's new request offers: its pools, with what the project holds of each.</summary>
    [Requires(Permission.QuotaRequest)]
    public async Task<Result<QuotaFormView>> FormAsync(Actor actor, Guid projectId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.QuotaRequest, Scope.Project(projectId), "project", projectId, ct) is { } denied)
            return denied;
        var project = await db.Projects.AsNoTracking().Where(p => p.Id == projectId).Select(p => new { p.Name, p.TeamId, p.ClusterId }).SingleAsync(ct);
        var all = await pools.PoolsAsync(actor, ct);
        if (!all.Succeeded)
            return all.Refusal;
        var held = await db.Set<QuotaRequest>().Where(QuotaRequest.Holds).Where(r => r.ProjectId == projectId)
            .GroupBy(r => r.PoolId).Select(g => new { g.Key, Units = g.Sum(r => (r.GrantedAmount ?? 0) - r.Carried) }).ToDictionaryAsync(g => g.Key, g => g.Units, ct);
        return new QuotaFormView(projectId, project.Name,
        [
            .. all.Value.Where(v => PoolRules.CheckFor(v.Pool, project.TeamId) is null && (project.ClusterId is null || v.Pool.ClusterId == project.ClusterId))
                .Select(v => new QuotaPoolChoice(v, held.GetValueOrDefault(v.Pool.Id))),
        ]);
    }

    /// <summary>What a project holds: grants in their period or before it, the one that ends first at the top.</summary>
    [Requires(Permission.QuotaView)]
    public async Task<Result<IReadOnlyList<QuotaRow>>> HeldAsync(Actor actor, Guid projectId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.QuotaView, Scope.Project(projectId), "project", projectId, ct) is { } denied)
            return denied;
        return Result.Of<IReadOnlyList<QuotaRow>>(await Rows(db.Set<QuotaRequest>().Where(QuotaRequest.Holds)
            .Where(r => r.ProjectId == projectId).OrderBy(r => r.Until).ThenBy(r => r.Id)).ToListAsync(ct));
    }

    /// <summary>A page of a project's requests, newest first.</summary>
    [Requires(Permission.QuotaView)]
    public async Task<Result<Page<QuotaRow>>> ForProjectAsync(Actor actor, Guid projectId, ListQuery query, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.QuotaView, Scope.Project(projectId), "project", projectId, ct) is { } denied)
            return denied;
        return await PageAsync(db.Set<QuotaRequest>().Where(r => r.ProjectId == projectId), query, ct);
    }

    /// <summary>A page of the requests that the actor sent, newest first.</summary>
    /// <param name="states">Only those in one of these states; null for all.</param>
    [Requires(Permission.PortalUse)]
    public async Task<Result<Page<QuotaRow>>> MineAsync(
        Actor actor, ListQuery query, CancellationToken ct, IReadOnlyCollection<QuotaState>? states = null)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, "quota", null, ct) is { } denied)
            return denied;
        var mine = db.Set<QuotaRequest>().Where(r => r.RequestedBy == actor.Id);
        return await PageAsync(states is null ? mine : mine.Where(r => states.Contains(r.State)), query, ct);
    }

    /// <summary>What became of the actor's own requests after <paramref name="since"/>, by others or by time, the latest first.</summary>
    [Requires(Permission.PortalUse)]
    public async Task<Result<IReadOnlyList<QuotaAnswer>>> AnswersSinceAsync(Actor actor, DateTimeOffset since, int most, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, "quota", null, ct) is { } denied)
            return denied;
        return Result.Of<IReadOnlyList<QuotaAnswer>>(await db.Set<QuotaRequest>().AsNoTracking().Where(r => r.RequestedBy == actor.Id)
            .SelectMany(r => r.Steps.Where(s => s.At > since && s.ActorId != actor.Id && Answers.Contains(s.Action)), (r, s) => new { r, s })
            // Nothing ended for whom another grant goes on with all of it.
            .Where(a => a.s.Action != QuotaAction.Expired || !db.Set<QuotaRequest>()
                .Any(f => f.PoolId == a.r.PoolId && f.FollowsId == a.r.Id && f.State == QuotaState.Active && f.GrantedAmount >= a.r.GrantedAmount))
            .OrderByDescending(a => a.s.At).ThenBy(a => a.r.Id).Take(most)
            .Select(a => new QuotaAnswer(a.r.Id, a.s.Action, a.s.At, a.s.Amount, a.r.Pool!.Name, a.r.Project!.Name)).ToListAsync(ct));
    }

    /// <summary>A page of the open requests of the teams that the actor leads, or of all for an admin; the actor's own ones among them.</summary>
    [Requires(Permission.PortalUse)]
    public async Task<Result<Page<QuotaRow>>> ToDecideAsync(Actor actor, ListQuery query, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, "quota", null, ct) is { } denied)
            return denied;
        return await PageAsync(await ToDecideAsync(db, actor, ct), query, ct);
    }

    /// <summary>How many open requests wait for the actor: the number in the navigation. Own ones do not count.</summary>
    [Requires(Permission.PortalUse)]
    public async Task<Result<int>> CountToDecideAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, "quota", null, ct) is { } denied)
            return denied;
        return await (await ToDecideAsync(db, actor, ct)).CountAsync(r => r.RequestedBy != actor.Id, ct);
    }

    /// <summary>When the newest of those was sent; null when there is none.</summary>
    [Requires(Permission.PortalUse)]
    public async Task<Result<DateTimeOffset?>> NewestToDecideAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, "quota", null, ct) is { } denied)
            return denied;
        return await (await ToDecideAsync(db, actor, ct)).Where(r => r.RequestedBy != actor.Id).MaxAsync(r => (DateTimeOffset?)r.RequestedAt, ct);
    }

    /// <summary>One request with everything that a decision needs.</summary>
    [Requires(Permission.QuotaView)]
    public async Task<Result<QuotaView>> GetAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var request = await db.Set<QuotaRequest>().AsNoTracking().Include(r => r.Steps).SingleOrDefaultAsync(r => r.Id == id, ct);
        if (request is null)
            return Refusal.NotFound("quota");
        var scope = Scope.Project(request.ProjectId);
        if (await gate.CheckAsync(db, actor, Permission.QuotaView, scope, "quota", id, ct) is { } denied)
            return denied;
        var row = await Rows(db.Set<QuotaRequest>().Where(r => r.Id == id)).SingleAsync(ct);
        var pool = await pools.FindAsync(actor, request.PoolId, ct);
        if (!pool.Succeeded)
            return pool.Refusal;
        var followed = await FollowedGrant.FindAsync(db, row.ProjectId, row.PoolId, row.From, clock.GetUtcNow(), ct);
        var forecast = await QuotaOutlook.LookAsync(
            db, row.TeamId, pool.Value.Pool, row.Amount, row.Until - row.From, row.RequestedBy, followed, ct);
        var roles = await gate.RolesAsync(db, actor, scope, ct);
        var own = row.RequestedBy == actor.Id;
        return new QuotaView(row, request.ContentHash)
        {
            Pool = pool.Value,
            Forecast = forecast,
            Held = await db.Set<QuotaRequest>().Where(QuotaRequest.Holds)
                .Where(r => r.ProjectId == row.ProjectId && r.PoolId == row.PoolId).SumAsync(r => (r.GrantedAmount ?? 0) - r.Carried, ct),
            Usage = await UsageAsync(db, row.ProjectId, row.PoolId, ct),
            Rivals = await RivalsAsync(db, row, roles, ct),
            Steps = [.. request.Steps.OrderBy(s => s.Number)],
            Rights = QuotaRights.For(roles, own, row.State, row.Amount, forecast.Free, forecast.BudgetLeft),
        };
    }

    private async Task<IQueryable<QuotaRequest>> ToDecideAsync(PortalDb db, Actor actor, CancellationToken ct)
    {
        var open = db.Set<QuotaRequest>().Where(r => r.State == QuotaState.Submitted);
        if (AccessTable.Allows(await gate.RolesAsync(db, actor, Scope.Platform, ct), Permission.QuotaDecide))
            return open;
        var led = db.Set<TeamMember>().Where(m => m.PersonId == actor.Id && m.Role == TeamRole.Lead).Select(m => m.TeamId);
        return open.Where(r => led.Contains(r.Project!.TeamId));
    }

    private async Task<UsageSummary> UsageAsync(PortalDb db, Guid project, Guid pool, CancellationToken ct)
    {
        var since = clock.GetUtcNow().AddDays(-UsageSummary.Days);
        return UsageSummary.From(await db.Set<UsageHour>().AsNoTracking()
            .Where(u => u.ProjectId == project && u.PoolId == pool && u.Hour >= since).ToListAsync(ct));
    }

    // Another team's project is shown without its name to those who may not see it.
    private static async Task<List<QuotaRival>> RivalsAsync(PortalDb db, QuotaRow row, Role roles, CancellationToken ct)
    {
        var all = (roles & (Role.Admin | Role.Auditor)) != Role.None;
        var lead = (roles & Role.TeamLead) != Role.None;
        return await db.Set<QuotaRequest>().AsNoTracking()
            .Where(r => r.PoolId == row.PoolId && r.State == QuotaState.Submitted && r.Id != row.Id)
            .OrderBy(r => r.RequestedAt).ThenBy(r => r.Id).Take(RivalsShown)
            .Select(r => new QuotaRival(
                all || r.ProjectId == row.ProjectId || (lead && r.Project!.TeamId == row.TeamId) ? r.Project!.Name : null, r.Amount, r.RequestedAt))
            .ToListAsync(ct);
    }

    private static async Task<Page<QuotaRow>> PageAsync(IQueryable<QuotaRequest> requests, ListQuery query, CancellationToken ct)
    {
        if (TextRules.SearchTerm(query.Search) is { } term)
            requests = requests.Where(r => r.Project!.Name.ToLower().Contains(term) || r.Pool!.Name.ToLower().Contains(term));
        var matching = requests;
        if (After(query.Cursor) is var (at, id))
            requests = requests.Where(r => r.RequestedAt < at || (r.RequestedAt == at && r.Id.CompareTo(id) < 0));
        var rows = await Rows(requests.OrderByDescending(r => r.RequestedAt).ThenByDescending(r => r.Id)
            .Skip(query.Cursor is null ? query.Skip : 0).Take(query.Limit + 1)).ToListAsync(ct);
        var total = await matching.TotalAsync(query, rows.Count, ct);
        if (rows.Count <= query.Limit)
            return new Page<QuotaRow>(rows, total);
        rows.RemoveAt(query.Limit);
        return new Page<QuotaRow>(rows, total, KeyCursor.Of(FormattableString.Invariant($"{rows[^1].RequestedAt.UtcTicks}.{rows[^1].Id:N}")));
    }

    private static (DateTimeOffset At, Guid Id)? After(string? cursor) =>
        KeyCursor.Text(cursor)?.Split('.') is [var ticks, var id] && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
        && at <= DateTimeOffset.MaxValue.Ticks && Guid.TryParse(id, out var last) ? (new DateTimeOffset(at, TimeSpan.Zero), last) : null;

    private static IQueryable<QuotaRow> Rows(IQueryable<QuotaRequest> requests) => requests.AsNoTracking().Select(r => new QuotaRow
    {
        Id = r.Id,
        ProjectId = r.ProjectId,
        Project = r.Project!.Name,
        TeamId = r.Project.TeamId,
        Team = r.Project.Team!.Name,
        PoolId = r.PoolId,
        Pool = r.Pool!.Name,
        Simulated = r.Pool.Simulated,
        PricePerHour = r.Pool.PricePerHour,
        Amount = r.Amount,
        GrantedAmount = r.GrantedAmount,
        From = r.From,
        Until = r.Until,
        Reason = r.Reason,
        State = r.State,
        RequestedBy = r.RequestedBy,
        Requester = r.Requester!.DisplayName,
        RequestedAt = r.RequestedAt,
    });
}

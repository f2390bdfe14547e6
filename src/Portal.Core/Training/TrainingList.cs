using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>Lists of runs, cut to what the actor may see and paged by the database.</summary>
public sealed class TrainingList(IDbContextFactory<PortalDb> databases, AccessGate gate)
{
    /// <summary>Runs of one project, newest first unless <see cref="ListQuery.Sort"/> says otherwise.</summary>
    [Requires(Permission.TrainingView)]
    public async Task<Result<Page<TrainingRow>>> ForProjectAsync(
        Actor actor, Guid projectId, ListQuery query, WorkloadState? state, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.TrainingView, Scope.Project(projectId), "project", projectId, ct) is { } denied)
            return denied;
        return await PageAsync(db, db.Set<TrainingRun>().Where(r => r.ProjectId == projectId), query, state, ct);
    }

    /// <summary>Runs of all projects that the actor may see.</summary>
    [Requires(Permission.PortalUse)]
    public Task<Result<Page<TrainingRow>>> ForPersonAsync(Actor actor, ListQuery query, WorkloadState? state, CancellationToken ct) =>
        VisibleAsync(actor, (db, runs) => PageAsync(db, runs, query, state, ct), ct);

    /// <summary>Runs of all projects that the actor may see in one of some states.</summary>
    [Requires(Permission.PortalUse)]
    public Task<Result<Page<TrainingRow>>> InStatesAsync(
        Actor actor, ListQuery query, IReadOnlyCollection<WorkloadState> states, CancellationToken ct) =>
        VisibleAsync(actor, (db, runs) => PageAsync(db, runs.Where(r => states.Contains(r.State)), query, null, ct), ct);

    /// <summary>Runs of all projects that the actor may see that ended after <paramref name="since"/>, the latest end first.</summary>
    [Requires(Permission.PortalUse)]
    public Task<Result<IReadOnlyList<TrainingRow>>> EndedSinceAsync(Actor actor, DateTimeOffset since, int most, CancellationToken ct) =>
        VisibleAsync(actor, async (db, runs) =>
        {
            var ended = runs.AsNoTracking().Where(r => r.FinishedAt > since).OrderByDescending(r => r.FinishedAt).ThenBy(r => r.Id).Take(most);
            return Result.Of(await WithWaitsAsync(db, await Rows(db, ended).ToListAsync(ct), ct));
        }, ct);

    private async Task<Result<T>> VisibleAsync<T>(Actor actor, Func<PortalDb, IQueryable<TrainingRun>, Task<Result<T>>> read, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PortalUse, Scope.Platform, "training", null, ct) is { } denied)
            return denied;
        return await read(db, db.Set<TrainingRun>().VisibleTo(db, actor, await gate.RolesAsync(db, actor, Scope.Platform, ct)));
    }

    private static async Task<Result<Page<TrainingRow>>> PageAsync(
        PortalDb db, IQueryable<TrainingRun> runs, ListQuery query, WorkloadState? state, CancellationToken ct)
    {
        runs = runs.AsNoTracking();
        if (state is { } wanted)
            runs = runs.Where(r => r.State == wanted);
        if (TextRules.SearchTerm(query.Search) is { } term)
            runs = runs.Where(r => r.Name.ToLower().Contains(term) || r.Project!.Name.ToLower().Contains(term));
        var rows = await Rows(db, Ordered(runs, query).Skip(query.Skip).Take(query.Limit + 1)).ToListAsync(ct);
        var total = await runs.TotalAsync(query, rows.Count, ct);
        return new Page<TrainingRow>(await WithWaitsAsync(db, [.. rows.Take(query.Limit)], ct), total);
    }

    private static IQueryable<TrainingRow> Rows(PortalDb db, IQueryable<TrainingRun> runs)
    {
        var disputes = db.Set<ObjectDispute>().Where(ObjectDispute.IsOpen);
        return runs.Select(r => new TrainingRow(
            r.Id, r.Name, r.ProjectId, r.Project!.Name,
            db.People.Where(p => p.Id == r.CreatedBy).Select(p => p.DisplayName).FirstOrDefault() ?? "",
            r.State, r.Reason, r.ReasonArguments, r.Accelerators, r.Nodes, r.PricePerHour, r.CreatedAt, r.StartedAt, r.FinishedAt,
            disputes.Any(d => d.ProjectId == r.ProjectId && d.OwnerId == r.Id)));
    }

    // One question for the whole page. Runs that never ran have no hours that a wait could shorten.
    private static async Task<IReadOnlyList<TrainingRow>> WithWaitsAsync(PortalDb db, List<TrainingRow> rows, CancellationToken ct)
    {
        List<Guid> started = [.. rows.Where(r => r.StartedAt is not null).Select(r => r.Id)];
        if (started.Count == 0)
            return rows;
        var steps = await db.Set<TrainingStep>().Where(s => started.Contains(s.RunId)).OrderBy(s => s.RunId).ThenBy(s => s.Position)
            .Select(s => new { s.RunId, s.State, s.At }).ToListAsync(ct);
        var waits = steps.GroupBy(s => s.RunId).ToDictionary(g => g.Key, g => TrainingWait.Of(g.Select(s => (s.State, s.At))));
        return rows.ConvertAll(r => r with { Waits = waits.GetValueOrDefault(r.Id) ?? [] });
    }

    private static IQueryable<TrainingRun> Ordered(IQueryable<TrainingRun> runs, ListQuery query) => (query.Sort, query.Descending) switch
    {
        (nameof(TrainingRun.Name), false) => runs.OrderBy(r => r.Name).ThenBy(r => r.Id),
        (nameof(TrainingRun.Name), true) => runs.OrderByDescending(r => r.Name).ThenByDescending(r => r.Id),
        (nameof(TrainingRun.State), false) => runs.OrderBy(r => r.State).ThenBy(r => r.Id),
        (nameof(TrainingRun.State), true) => runs.OrderByDescending(r => r.State).ThenByDescending(r => r.Id),
        (nameof(TrainingRun.CreatedAt), false) => runs.OrderBy(r => r.CreatedAt).ThenBy(r => r.Id),
        _ => runs.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id),
    };
}

/// <summary>A line of a list of runs; the code stays in the database.</summary>
/// <param name="Accelerators">Of each node.</param>
/// <param name="Disputed">Others hold objects of the run, or fields of them, and nobody has said that they shall.</param>
public sealed record TrainingRow(
    Guid Id, string Name, Guid ProjectId, string ProjectName, string OwnerName, WorkloadState State, string Reason, string ReasonArguments,
    int Accelerators, int Nodes, decimal PricePerHour, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, bool Disputed)
{
    /// <summary>When it ran no more and waited again.</summary>
    public IReadOnlyList<TrainingWait> Waits { get; init; } = [];

    /// <summary>The last verdict, without what the cluster said.</summary>
    public WorkloadStatus Status => new(State, Reason) { Arguments = JsonSerializer.Deserialize<Dictionary<string, string>>(ReasonArguments) ?? [] };

    /// <summary>Hours of running until <paramref name="now"/>.</summary>
    public double Hours(DateTimeOffset now) => TrainingWait.HoursBetween(StartedAt, FinishedAt, Waits, now);

    /// <summary>Cost until <paramref name="now"/>, in the catalogue's currency.</summary>
    public decimal Cost(DateTimeOffset now) => PricePerHour * (decimal)Hours(now);
}

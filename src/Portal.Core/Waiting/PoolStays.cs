using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Notebooks;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Core.Waiting;

/// <summary>Writes down how long workloads wait and run, within the reconciler's own commit, and reads it back as a pool's history.</summary>
public static class PoolStays
{
    private static readonly double[] Kept = [.. Enumerable.Range(0, 41).Select(i => i / 40.0)];

    /// <summary>Takes note of where a workload is. Idempotent: a second look at the same state changes nothing.</summary>
    /// <param name="size">What it holds once it runs; null where that cannot be said any more, and what was written down of it stays.</param>
    /// <param name="queuedAt">When this try was asked for.</param>
    /// <param name="startedAt">When the program that is seen now began, or null.</param>
    /// <param name="endedAt">When it ended, or null.</param>
    public static async Task<PoolStay?> ObserveAsync(
        PortalDb db, WorkloadRow row, StaySize? size, DateTimeOffset queuedAt, DateTimeOffset? startedAt, DateTimeOffset? endedAt, CancellationToken ct)
    {
        var stay = await db.Set<PoolStay>().Where(s => s.WorkloadId == row.Id && s.EndedAt == null).OrderByDescending(s => s.QueuedAt).FirstOrDefaultAsync(ct);
        if (stay is null && endedAt is not null)
            return null;
        var since = PushedOutAt(row, stay, queuedAt) ?? queuedAt;
        if (stay is null || (endedAt is null && stay.QueuedAt < since))
        {
            // Asked for again before the end of the try before was seen: it ended no later than that.
            if (stay is not null)
                stay.EndedAt = since;
            db.Add(stay = new PoolStay { WorkloadId = row.Id, QueuedAt = since, PoolId = row.PoolId, Accelerators = row.Accelerators });
        }
        if (size is { } held)
            (stay.Accelerators, stay.Cores, stay.MemoryGiB, stay.Nodes) = (held.Accelerators, held.Cores, held.MemoryGiB, held.Nodes);
        // The pod that was pushed out may be there a little longer than what it held: its start is the one before, by the same clock.
        if (stay.StartedAt is null && startedAt is { } started && (await StartBeforeAsync(db, stay, ct) is not { } before || started > before))
        {
            stay.StartedAt = started;
            if (stay.ForecastAt is { } at && stay.Forecast.Count > 0)
                stay.Rank = StartForecast.RankOf(Math.Max(0, (started - at).TotalSeconds), stay.Forecast);
        }
        stay.EndedAt = endedAt;
        return stay;
    }

    private static Task<DateTimeOffset?> StartBeforeAsync(PortalDb db, PoolStay stay, CancellationToken ct) =>
        db.Set<PoolStay>().Where(s => s.WorkloadId == stay.WorkloadId && s.QueuedAt < stay.QueuedAt && s.StartedAt != null)
            .OrderByDescending(s => s.QueuedAt).Select(s => s.StartedAt).FirstOrDefaultAsync(ct);

    // What ran and waits again has had its place taken: how long it waits is no part of how long it runs.
    private static DateTimeOffset? PushedOutAt(WorkloadRow row, PoolStay? stay, DateTimeOffset queuedAt) =>
        row.State == WorkloadState.Pending && stay is { StartedAt: { } started } && stay.QueuedAt >= queuedAt && row.StateChangedAt > started
            ? row.StateChangedAt : null;

    /// <summary>Keeps the forecast that was made when it was first seen waiting; later ones are not compared with what came.</summary>
    public static void Keep(PoolStay stay, StayResource resource, double[] starts, DateTimeOffset now)
    {
        if (stay.ForecastAt is not null || starts.Length == 0)
            return;
        stay.Forecast = [.. Kept.Select(level => Math.Round(StartForecast.Quantile(starts, level), 1))];
        (stay.ForecastAt, stay.ForecastOf) = (now, resource);
    }

    /// <summary>
    /// What stands between a workload and its start, at its queue or on the nodes, and the history of the resource that decides: of
    /// its pool's accelerators, or of its cluster's cores or memory. Null where neither queue nor nodes hold it.
    /// </summary>
    public static async Task<(StayResource Resource, QueueScene Scene, PoolHistory History)?> OutlookAsync(
        PortalDb db, WorkloadRow row, WaitSnapshot snapshot, WaitAnalysis analysis, CancellationToken ct)
    {
        if (analysis.Bottleneck is not { } bottleneck || WaitScenes.ResourceOf(bottleneck) is not { } resource)
            return null;
        if (await SceneAsync(db, row, resource, snapshot, analysis, ct) is not { } scene)
            return null;
        var history = await HistoryAsync(db, row, resource, ct, WaitScenes.WaitsForRoom(analysis), WaitScenes.Rivals(snapshot, analysis));
        return (resource, scene, history);
    }

    /// <summary>False where there is too little history of anything that a workload may wait for: nothing would be forecast.</summary>
    public static async Task<bool> AreEnoughAsync(PortalDb db, WorkloadRow row, CancellationToken ct)
    {
        foreach (var resource in Enum.GetValues<StayResource>().Where(r => r != StayResource.Accelerators || row.PoolId is not null))
        {
            if (await Finished(db, row, resource).OrderByDescending(s => s.EndedAt).Take(PoolHistory.Least).CountAsync(ct) == PoolHistory.Least)
                return true;
        }
        return false;
    }

    /// <summary>The finished stays that held a resource that a workload asks for.</summary>
    /// <param name="onANode">True to count what each held on one node, where that is what is waited for.</param>
    /// <param name="rivals">Namespaces whose work takes from what is waited for; null where everybody's does.</param>
    public static async Task<PoolHistory> HistoryAsync(
        PortalDb db, WorkloadRow row, StayResource resource, CancellationToken ct, bool onANode = false, IReadOnlySet<string>? rivals = null)
    {
        var stays = await Finished(db, row, resource)
            .OrderByDescending(s => s.EndedAt).Take(PoolHistory.Most).Select(s => new PoolStay
            {
                WorkloadId = s.WorkloadId,
                Accelerators = s.Accelerators,
                Cores = s.Cores,
                MemoryGiB = s.MemoryGiB,
                Nodes = s.Nodes,
                QueuedAt = s.QueuedAt,
                StartedAt = s.StartedAt,
                EndedAt = s.EndedAt,
                ForecastOf = s.ForecastOf,
                Rank = s.Rank,
            }).ToListAsync(ct);
        var ids = stays.Select(s => s.WorkloadId).Distinct().ToList();
        // Runs are kept for good: what is not known as one was a notebook, and of one that was deleted nobody knows whose it was.
        var runs = await NamespacesAsync(db.Set<TrainingRun>(), ids, ct);
        var notebooks = await NamespacesAsync(db.Set<Notebook>(), ids, ct);
        return new PoolHistory(
            [.. stays.OrderBy(s => s.QueuedAt).Select(s => new PastStay(
                onANode ? s.OnANode(resource) : s.OnAllNodes(resource), s.QueuedAt, Math.Max(1, (s.EndedAt!.Value - s.StartedAt!.Value).TotalSeconds))
            {
                Priority = (runs.ContainsKey(s.WorkloadId) ? PriorityClass.Experiment : PriorityClass.Interactive).Value,
                IsRival = rivals?.Contains(runs.GetValueOrDefault(s.WorkloadId) ?? notebooks.GetValueOrDefault(s.WorkloadId) ?? "") ?? true,
            })],
            // What was forecast of another resource tells nothing of this one.
            [.. stays.Where(s => s.Rank is not null && s.ForecastOf == resource).Select(s => s.Rank!.Value)]);
    }

    private static Task<Dictionary<Guid, string>> NamespacesAsync<T>(IQueryable<T> rows, List<Guid> ids, CancellationToken ct) where T : WorkloadRow =>
        rows.Where(r => ids.Contains(r.Id)).Select(r => new { r.Id, r.Project!.Namespace }).ToDictionaryAsync(r => r.Id, r => r.Namespace, ct);

    private static async Task<QueueScene?> SceneAsync(
        PortalDb db, WorkloadRow row, StayResource resource, WaitSnapshot snapshot, WaitAnalysis analysis, CancellationToken ct)
    {
        if (!WaitScenes.WaitsForRoom(analysis))
            return WaitScenes.From(snapshot, analysis);
        // One that went with its project has no end that anybody saw, and holds nothing any more.
        var open = await Of(db, row, resource).AsNoTracking().Where(s => s.EndedAt == null)
            .Where(s => db.Set<TrainingRun>().Any(r => r.Id == s.WorkloadId) || db.Set<Notebook>().Any(n => n.Id == s.WorkloadId))
            .ToListAsync(ct);
        var queuedAt = open.Where(s => s.WorkloadId == row.Id).Select(s => (DateTimeOffset?)s.QueuedAt).Max() ?? snapshot.Now;
        return WaitScenes.OnNodes(analysis, [.. open.Where(s => s.WorkloadId != row.Id)], queuedAt, snapshot.Now);
    }

    private static IQueryable<PoolStay> Finished(PortalDb db, WorkloadRow row, StayResource resource) =>
        Of(db, row, resource).AsNoTracking().Where(s => s.EndedAt != null && s.StartedAt != null);

    // Stays name no cluster: their workloads do. Those of notebooks that were deleted are lost with that, those of runs never. Cores and
    // memory are held by whatever runs in the cluster, with accelerators or without.
    private static IQueryable<PoolStay> Of(PortalDb db, WorkloadRow row, StayResource resource)
    {
        if (resource == StayResource.Accelerators)
            return db.Set<PoolStay>().Where(s => s.PoolId == row.PoolId);
        var cluster = row.Project!.ClusterId;
        var known = resource == StayResource.Cores ? db.Set<PoolStay>().Where(s => s.Cores > 0) : db.Set<PoolStay>().Where(s => s.MemoryGiB > 0);
        return known.Where(s => db.Set<TrainingRun>().Any(r => r.Id == s.WorkloadId && r.Project!.ClusterId == cluster)
            || db.Set<Notebook>().Any(n => n.Id == s.WorkloadId && n.Project!.ClusterId == cluster));
    }
}

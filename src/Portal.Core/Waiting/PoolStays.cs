using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Workloads;

namespace Portal.Core.Waiting;

/// <summary>Writes down how long workloads wait and run, within the reconciler's own commit, and reads it back as a pool's history.</summary>
public static class PoolStays
{
    private static readonly double[] Kept = [.. Enumerable.Range(0, 41).Select(i => i / 40.0)];

    /// <summary>Takes note of where a workload is. Idempotent: a second look at the same state changes nothing.</summary>
    /// <param name="units">Accelerators, or cores where it asks for none.</param>
    /// <param name="queuedAt">When this try was asked for.</param>
    /// <param name="startedAt">When its program began, or null.</param>
    /// <param name="endedAt">When it ended, or null.</param>
    public static async Task<PoolStay?> ObserveAsync(
        PortalDb db, WorkloadRow row, double units, DateTimeOffset queuedAt, DateTimeOffset? startedAt, DateTimeOffset? endedAt, CancellationToken ct)
    {
        var stay = await db.Set<PoolStay>().Where(s => s.WorkloadId == row.Id && s.EndedAt == null).OrderByDescending(s => s.QueuedAt).FirstOrDefaultAsync(ct);
        if (stay is null && endedAt is not null)
            return null;
        if (stay is null || (endedAt is null && stay.QueuedAt != queuedAt))
        {
            // Asked for again before the end of the try before was seen: it ended no later than that.
            if (stay is not null)
                stay.EndedAt = queuedAt;
            db.Add(stay = new PoolStay { WorkloadId = row.Id, QueuedAt = queuedAt, PoolId = row.PoolId, Units = units });
        }
        if (stay.StartedAt is null && startedAt is { } started)
        {
            stay.StartedAt = started;
            if (stay.ForecastAt is { } at && stay.Forecast.Count > 0)
                stay.Rank = StartForecast.RankOf(Math.Max(0, (started - at).TotalSeconds), stay.Forecast);
        }
        stay.EndedAt = endedAt;
        return stay;
    }

    /// <summary>Keeps the forecast that was made when it was first seen waiting; later ones are not compared with what came.</summary>
    public static void Keep(PoolStay stay, double[] starts, DateTimeOffset now)
    {
        if (stay.ForecastAt is not null || starts.Length == 0)
            return;
        stay.Forecast = [.. Kept.Select(level => Math.Round(StartForecast.Quantile(starts, level), 1))];
        stay.ForecastAt = now;
    }

    /// <summary>The history of a pool, or of cores.</summary>
    public static async Task<PoolHistory> HistoryAsync(PortalDb db, Guid? poolId, CancellationToken ct)
    {
        var stays = await db.Set<PoolStay>().AsNoTracking()
            .Where(s => s.PoolId == poolId && s.EndedAt != null && s.StartedAt != null)
            .OrderByDescending(s => s.EndedAt).Take(PoolHistory.Most)
            .Select(s => new { s.Units, s.QueuedAt, s.StartedAt, s.EndedAt, s.Rank }).ToListAsync(ct);
        return new PoolHistory(
            [.. stays.OrderBy(s => s.QueuedAt).Select(s => new PastStay(s.Units, s.QueuedAt, Math.Max(1, (s.EndedAt!.Value - s.StartedAt!.Value).TotalSeconds)))],
            [.. stays.Where(s => s.Rank is not null).Select(s => s.Rank!.Value)]);
    }
}

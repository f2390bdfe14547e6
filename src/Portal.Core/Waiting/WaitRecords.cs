using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Workloads;

namespace Portal.Core.Waiting;

/// <summary>What a reconciler writes down of waiting, in its own commit: stays, and one forecast for each that waits for others to end.</summary>
public static class WaitRecords
{
    /// <summary>Takes note of where a workload is and, the first time that it waits for quota or for room, of when it is forecast to start.</summary>
    public static async Task ObserveAsync(
        PortalDb db, IClusterCache cache, WorkloadRow row, StaySize? size, DateTimeOffset queuedAt, DateTimeOffset? startedAt, DateTimeOffset? endedAt,
        DateTimeOffset now, CancellationToken ct)
    {
        var stay = await PoolStays.ObserveAsync(db, row, size, queuedAt, startedAt, endedAt, ct);
        if (stay is null || stay.ForecastAt is not null || stay.StartedAt is not null || stay.EndedAt is not null || row.State != WorkloadState.Pending)
            return;
        var (workload, pod) = WaitSnapshots.Find(cache, row.Project!.Namespace, row);
        if (workload is null && pod is null)
            return;
        // Every pass comes here until there is a forecast, and the whole cluster is looked at for one.
        if (!await PoolStays.AreEnoughAsync(db, row, ct))
            return;
        var snapshot = WaitSnapshots.Of(cache, now);
        if (await PoolStays.OutlookAsync(db, row, snapshot, WaitExplanation.For(snapshot, workload, pod), ct) is var (resource, scene, history))
            PoolStays.Keep(stay, resource, StartForecast.Play(scene, history, row.Id.GetHashCode()), now);
    }
}

using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Data;

namespace Portal.Core.Hardware;

/// <summary>
/// Tells pages when what the cluster shows of a pool changes: a pod started, a workload queued, a node went away. Rows do not
/// change then, so nothing else would. One pass after the other; not for several callers at once.
/// </summary>
public sealed class PoolUsageFeed(IDbContextFactory<PortalDb> databases, IClusters clusters, IChangeFeed feed)
{
    private readonly Dictionary<Guid, string> _told = [];

    /// <summary>Compares with the pass before and publishes the pools that differ; returns how many.</summary>
    public async Task<int> PublishAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var pools = await db.Set<HardwarePool>().AsNoTracking().ToListAsync(ct);
        var changed = 0;
        foreach (var pool in pools)
        {
            var seen = JsonSerializer.Serialize(PoolUsage.From(pool, clusters.Get(pool.ClusterId).Cache));
            if (_told.TryGetValue(pool.Id, out var told) && told != seen)
            {
                feed.Publish(new RowChange(nameof(HardwarePool), pool.Id, null, NeedsReconcile: false));
                changed++;
            }
            _told[pool.Id] = seen;
        }
        return changed;
    }
}

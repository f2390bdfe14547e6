using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;

namespace Portal.Core.Quotas;

/// <summary>
/// Notes what each project with a grant holds of its pools, so that the next decision rests on use and not on memory.
/// Several replicas may sample at once: sums and counts grow together, so means stay right.
/// </summary>
public sealed class UsageSampler(IDbContextFactory<PortalDb> databases, IClusters clusters, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    /// <summary>Takes one sample; returns how many projects × pools were noted. Nothing of a cluster that has not spoken yet.</summary>
    public async Task<int> SampleAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        await using var db = await databases.CreateDbContextAsync(ct);
        var grants = await db.Set<QuotaRequest>().AsNoTracking().Where(r => r.State == QuotaState.Active)
            .Select(r => new { r.ProjectId, r.PoolId, r.Project!.Namespace }).Distinct().ToListAsync(ct);
        var pools = await db.Set<HardwarePool>().AsNoTracking().ToListAsync(ct);
        var usages = pools.Where(p => clusters.Get(p.ClusterId).Cache.Age(Kinds.Pod) is not null)
            .ToDictionary(p => p.Id, p => PoolUsage.From(p, clusters.Get(p.ClusterId).Cache));
        var noted = 0;
        foreach (var grant in grants)
        {
            if (!usages.TryGetValue(grant.PoolId, out var usage))
                continue;
            noted++;
            await NoteAsync(db, grant.ProjectId, grant.PoolId, hour, usage.Running.GetValueOrDefault(grant.Namespace),
                usage.Waiting.GetValueOrDefault(grant.Namespace) > 0 ? 1 : 0, ct);
        }
        var old = now - Kept;
        await db.Set<UsageHour>().Where(u => u.Hour < old).ExecuteDeleteAsync(ct);
        return noted;
    }

    private static async Task NoteAsync(
        PortalDb db, Guid project, Guid pool, DateTimeOffset hour, int running, int waiting, CancellationToken ct)
    {
        if (await AddAsync(db, project, pool, hour, running, waiting, ct))
            return;
        var row = new UsageHour
        {
            ProjectId = project,
            PoolId = pool,
            Hour = hour,
            Samples = 1,
            RunningSum = running,
            RunningPeak = running,
            WaitingSamples = waiting,
        };
        db.Add(row);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // Another replica opened the hour first, or the project is gone.
            await AddAsync(db, project, pool, hour, running, waiting, ct);
        }
        db.Entry(row).State = EntityState.Detached;
    }

    private static async Task<bool> AddAsync(
        PortalDb db, Guid project, Guid pool, DateTimeOffset hour, int running, int waiting, CancellationToken ct) =>
        await db.Set<UsageHour>().Where(u => u.ProjectId == project && u.PoolId == pool && u.Hour == hour)
            .ExecuteUpdateAsync(s => s
                .SetProperty(u => u.Samples, u => u.Samples + 1)
                .SetProperty(u => u.RunningSum, u => u.RunningSum + running)
                .SetProperty(u => u.RunningPeak, u => u.RunningPeak < running ? running : u.RunningPeak)
                .SetProperty(u => u.WaitingSamples, u => u.WaitingSamples + waiting), ct) == 1;
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Training;
using Portal.Core.Waiting;
using Portal.Core.Workloads;

namespace Portal.Core.Hardware.Lending;

/// <summary>Reads who holds what is lent: grants and limits from the rows, use from what the watches have seen.</summary>
public sealed class LendingHolders(IClusters clusters, TimeProvider clock)
{
    private const long MiB = 1024 * 1024;

    /// <summary>True where the pool's cluster is known to have no Kueue: nothing is lent there, since nobody would bring it back.</summary>
    internal bool LacksKueue(HardwarePool pool) => clusters.Get(pool.ClusterId).Cache.Capabilities is { HasKueue: false };

    /// <summary>Everybody with a grant in its period, by pool and name; all pools are read together.</summary>
    internal async Task<IReadOnlyDictionary<Guid, IReadOnlyList<LendingHolder>>> ReadAsync(
        PortalDb db, IReadOnlyCollection<HardwarePool> pools, CancellationToken ct)
    {
        var ids = pools.Select(p => p.Id).ToList();
        var active = Active(db);
        // Of whoever holds units of these pools also what it holds of others.
        var held = await HeldAsync(db, active.Where(r => active.Any(h => h.ProjectId == r.ProjectId && ids.Contains(h.PoolId))), ct);
        var projects = held.Select(h => h.Key).ToList();
        var known = await ProjectsAsync(db.Projects.Where(p => projects.Contains(p.Id)), ct);
        var remaining = await RemainingAsync(db, ids, ct);
        return pools.ToDictionary(pool => pool.Id, pool =>
        {
            var usage = PoolUsage.From(pool, clusters.Get(pool.ClusterId).Cache);
            return (IReadOnlyList<LendingHolder>)
            [
                .. from project in known
                   where project.ClusterId == pool.ClusterId
                   from own in held[project.Id]
                   where own.PoolId == pool.Id
                   select new LendingHolder(
                       project.Id, project.Name, project.TeamId, project.Team, own.Units,
                       usage.Running.GetValueOrDefault(project.Namespace), usage.Waiting.GetValueOrDefault(project.Namespace))
                   {
                       Remaining = [.. remaining[(pool.Id, project.Id)]],
                       Elsewhere = Elsewhere(project, held[project.Id].Where(h => h.PoolId != pool.Id)),
                   },
            ];
        });
    }

    /// <summary>
    /// Everybody who has a part of a cluster's processors and memory, by name. The parts are those of the queues that were seen: a
    /// queue that is not made yet lends nothing.
    /// </summary>
    internal async Task<ILookup<LentResource, CommonHolder>> CommonAsync(PortalDb db, Guid? clusterId, CancellationToken ct)
    {
        var cache = clusters.Get(clusterId).Cache;
        var here = db.Projects.Where(p => p.ClusterId == clusterId && p.Intent == ProjectIntent.Active);
        var held = await HeldAsync(db, Active(db).Where(r => here.Any(p => p.Id == r.ProjectId)), ct);
        var used = cache.Holdings().ToLookup(h => h.Namespace);
        return (await ProjectsAsync(here, ct)).SelectMany(Parts).ToLookup(p => p.Resource, p => p.Holder);

        IEnumerable<(LentResource Resource, CommonHolder Holder)> Parts(Holder project)
        {
            if (CommonQuota.Of(cache.Find(new ObjectKey(Kinds.ClusterQueue, null, project.Namespace))) is not { } part)
                yield break;
            var elsewhere = Elsewhere(project, held[project.Id]);
            decimal Used(string resource) => used[project.Namespace].Sum(h => h.Requests.GetValueOrDefault(resource));
            CommonHolder With(long own, long more, decimal running) =>
                new(new LendingHolder(project.Id, project.Name, project.TeamId, project.Team, (int)own, (int)running) { Elsewhere = elsewhere }, (int)more);
            yield return (LentResource.Cores, With(part.CpuMilli, part.CpuBorrowMilli, Used("cpu") * 1000));
            yield return (LentResource.Memory, With(part.MemoryMiB, part.MemoryBorrowMiB, Used("memory") / MiB));
        }
    }

    private static IQueryable<QuotaRequest> Active(PortalDb db) => db.Set<QuotaRequest>().AsNoTracking().Where(r => r.State == QuotaState.Active);

    private static async Task<ILookup<Guid, Held>> HeldAsync(PortalDb db, IQueryable<QuotaRequest> grants, CancellationToken ct)
    {
        var units = await grants.GroupBy(r => new { r.ProjectId, r.PoolId })
            .Select(g => new { g.Key.ProjectId, g.Key.PoolId, Units = g.Sum(r => r.GrantedAmount ?? 0) }).ToListAsync(ct);
        var ids = units.Select(u => u.PoolId).Distinct().ToList();
        var pools = await db.Set<HardwarePool>().AsNoTracking().Where(p => ids.Contains(p.Id))
            .Select(p => new { p.Id, p.ClusterId, p.Lending, p.ResourceName }).ToDictionaryAsync(p => p.Id, ct);
        return units.ToLookup(u => u.ProjectId, u => new Held(
            u.PoolId, pools[u.PoolId].ClusterId, u.Units, pools[u.PoolId].Lending, ProjectManifests.IsExtended(pools[u.PoolId].ResourceName)));
    }

    private static Task<List<Holder>> ProjectsAsync(IQueryable<Project> projects, CancellationToken ct) => projects.AsNoTracking().OrderBy(p => p.Name)
        .Select(p => new Holder(p.Id, p.Name, p.Namespace, p.ClusterId, p.TeamId, p.Team!.Name)).ToListAsync(ct);

    // What was granted in another cluster has no place in its queue, and neither has what is no extended resource.
    private static IReadOnlyList<HeldUnits> Elsewhere(Holder project, IEnumerable<Held> held) =>
    [
        .. held.Where(h => h.IsExtended && h.ClusterId == project.ClusterId).Select(h => new HeldUnits(h.PoolId, h.Units, h.Lending.For(project.TeamId))),
    ];

    private async Task<ILookup<(Guid Pool, Guid Project), TimeSpan?>> RemainingAsync(PortalDb db, IReadOnlyCollection<Guid> pools, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        // The limit of one that was pushed out counts from its last start, and meanwhile it holds nothing.
        var runs = await db.Set<TrainingRun>().AsNoTracking()
            .Where(r => r.PoolId != null && pools.Contains(r.PoolId.Value) && r.StartedAt != null && r.FinishedAt == null && r.State != WorkloadState.Pending)
            .Select(r => new
            {
                PoolId = r.PoolId!.Value,
                r.ProjectId,
                StartedAt = db.Set<PoolStay>().Where(s => s.WorkloadId == r.Id && s.EndedAt == null)
                    .OrderByDescending(s => s.QueuedAt).Select(s => s.StartedAt).FirstOrDefault() ?? r.StartedAt,
                r.TimeLimitMinutes,
            }).ToListAsync(ct);
        var notebooks = await db.Set<Notebook>().AsNoTracking().Where(n => n.PoolId != null && pools.Contains(n.PoolId.Value) && n.State == WorkloadState.Running)
            .Select(n => new { PoolId = n.PoolId!.Value, n.ProjectId }).ToListAsync(ct);
        return runs.Select(r => (Key: (r.PoolId, r.ProjectId), Left: (TimeSpan?)Later(r.StartedAt!.Value.AddMinutes(r.TimeLimitMinutes) - now)))
            .Concat(notebooks.Select(n => (Key: (n.PoolId, n.ProjectId), Left: (TimeSpan?)null)))
            .ToLookup(r => r.Key, r => r.Left);
    }

    private static TimeSpan Later(TimeSpan left) => left > TimeSpan.Zero ? left : TimeSpan.Zero;

    private sealed record Holder(Guid Id, string Name, string Namespace, Guid? ClusterId, Guid TeamId, string Team);

    private sealed record Held(Guid PoolId, Guid? ClusterId, int Units, PoolLending Lending, bool IsExtended);
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Workloads;

namespace Portal.Core.Waiting;

/// <summary>Turns namespaces and flavors of an analysis into the names that its reader may know.</summary>
internal sealed class WaitNames
{
    private readonly Dictionary<string, (string Project, string Team)> _projects;
    private readonly Dictionary<string, (Guid Id, string Name)> _pools;
    private readonly string _own;

    private WaitNames(Dictionary<string, (string, string)> projects, Dictionary<string, (Guid, string)> pools, string own) =>
        (_projects, _pools, _own) = (projects, pools, own);

    /// <summary>Reads the names of the row's pools and of projects, cut to what the actor may see.</summary>
    /// <param name="others">Namespaces of those that are spoken of.</param>
    public static async Task<WaitNames> ReadAsync(
        PortalDb db, AccessGate gate, Actor actor, WorkloadRow row, IEnumerable<string> others, CancellationToken ct)
    {
        var namespaces = others.Distinct().ToList();
        var platform = await gate.RolesAsync(db, actor, Scope.Platform, ct);
        var projects = await db.ProjectsVisibleTo(actor, platform).AsNoTracking().Where(p => namespaces.Contains(p.Namespace))
            .Select(p => new { p.Namespace, p.Name, Team = p.Team!.Name }).ToListAsync(ct);
        var pools = await db.Set<HardwarePool>().AsNoTracking().Where(p => p.ClusterId == row.Project!.ClusterId)
            .Select(p => new { p.Id, p.Slug, p.Name }).ToListAsync(ct);
        return new WaitNames(
            projects.ToDictionary(p => p.Namespace, p => (p.Name, p.Team)), pools.ToDictionary(p => p.Slug, p => (p.Id, p.Name)), row.Project!.Namespace);
    }

    /// <summary>The analysis in those names.</summary>
    public WaitReport Report(WaitAnalysis analysis, DateTimeOffset now) => new(true)
    {
        Kind = analysis.Kind,
        At = now,
        Until = analysis.Until,
        Lines = [.. analysis.Rows.Select(r => new WaitLine(PoolOf(r.Key), r.Key.Resource, r.Needed, Math.Max(0, r.Free), r.ShortBy, r.Lent, r.Reclaimable))],
        Resource = analysis.Bottleneck?.Key.Resource ?? "",
        Position = analysis.Position,
        Elsewhere = analysis.Elsewhere,
        Ahead = [.. analysis.Ahead.Take(WaitReport.Shown).Select(a => Party(a.Namespace, a.Amount, 0, a.QueuedAt))],
        Holders =
        [
            .. analysis.Holders.Where(h => h.Key == analysis.Bottleneck?.Key).Take(WaitReport.Shown).Select(h => Party(h.Namespace, h.Amount, h.Borrowed, h.Since)),
        ],
        Options =
        [
            .. analysis.Options.Where(o => _pools.ContainsKey(o.Key.Flavor))
                .Select(o => new WaitOption(o.Kind, _pools[o.Key.Flavor].Id, _pools[o.Key.Flavor].Name, (int)o.Amount) { OnEach = (int)(o.Amount / o.Pods) }),
        ],
        NodesFree = analysis is { Kind: WaitKind.Fragmentation or WaitKind.Room, Nodes: { } nodes, Bottleneck: { } row }
            ? (nodes.Free.GetValueOrDefault(row.Key.Resource), nodes.Largest.GetValueOrDefault(row.Key.Resource)) : null,
    };

    /// <summary>Borrowed units in those names; those of no pool are left out.</summary>
    public IReadOnlyList<BorrowedLine> Lines(IEnumerable<BorrowedUnits> borrowed) =>
    [
        .. borrowed.Where(b => _pools.ContainsKey(b.Key.Flavor))
            .Select(b => (Units: b, Named: b.Lenders.Where(_projects.ContainsKey).Take(WaitReport.Shown).Select(l => Party(l, 0, 0, null)).ToList()))
            .Select(b => new BorrowedLine(_pools[b.Units.Key.Flavor].Name, b.Units.Amount, b.Named, b.Units.Lenders.Count - b.Named.Count)),
    ];

    private string PoolOf(ResourceKey key) =>
        _pools.TryGetValue(key.Flavor, out var pool) ? pool.Name : key.Flavor == ProjectQueueManifests.CommonFlavor ? "" : key.Flavor;

    private WaitPartyLine Party(string ns, decimal amount, decimal borrowed, DateTimeOffset? since) => _projects.TryGetValue(ns, out var project)
        ? new(project.Project, project.Team, ns == _own, amount, borrowed, since) : new(null, null, false, amount, borrowed, since);
}

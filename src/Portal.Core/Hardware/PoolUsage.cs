using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health;

namespace Portal.Core.Hardware;

/// <summary>What the cluster shows of one pool now. Read from what the watches have seen, pure.</summary>
/// <param name="Nodes">The nodes behind the pool.</param>
/// <param name="Running">Units that pods hold, by namespace.</param>
/// <param name="Waiting">Units that queued workloads wait for, by namespace.</param>
public sealed record PoolUsage(
    IReadOnlyList<PoolNode> Nodes, IReadOnlyDictionary<string, int> Running, IReadOnlyDictionary<string, int> Waiting)
{
    /// <summary>A pool of which nothing is seen.</summary>
    public static readonly PoolUsage None = new([], new Dictionary<string, int>(), new Dictionary<string, int>());

    /// <summary>Units on nodes that are ready and take pods.</summary>
    public int Observed => Nodes.Where(n => n is { Ready: true, Cordoned: false }).Sum(n => n.Units);

    /// <summary>Units held by running pods.</summary>
    public int InUse => Running.Values.Sum();

    /// <summary>Units that workloads in queues wait for.</summary>
    public int Queued => Waiting.Values.Sum();

    /// <summary>Reads one pool from what was seen of its cluster.</summary>
    public static PoolUsage From(HardwarePool pool, IClusterCache seen) =>
        From(pool, seen.List(Kinds.Node).Select(NodeView.From), seen.Holdings(), seen.List(Kinds.Workload), Beside(pool, seen));

    // What is offered together with it: labels of another resource's flavors rule nothing out.
    private static IEnumerable<JsonObject> Beside(HardwarePool pool, IClusterCache seen)
    {
        var offered = seen.Derive(Kinds.ClusterQueue, OfferedFlavors.From).Of[pool.ResourceName].ToHashSet(StringComparer.Ordinal);
        return seen.List(Kinds.ResourceFlavor).Where(f => offered.Contains(f.Name()));
    }

    // There is a queue for each project, and every look at a pool asks.
    private sealed record OfferedFlavors(ILookup<string, string> Of)
    {
        public static OfferedFlavors From(IReadOnlyList<JsonObject> queues) => new(
            (from queue in queues
             from ofGroup in queue.Items("spec", "resourceGroups")
             from resource in ofGroup.Items("coveredResources")
             from flavor in ofGroup.Items("flavors")
             select (Resource: resource.ToString(), Flavor: flavor.Text("name") ?? "")).Distinct().ToLookup(o => o.Resource, o => o.Flavor));
    }

    /// <summary>Reads one pool from the cluster's objects.</summary>
    /// <param name="workloads">Kueue's Workload objects; empty where Kueue is not served.</param>
    /// <param name="flavors">The ResourceFlavors that queues offer beside the pool's: a workload that asks for a label of another one does not wait for this pool.</param>
    public static PoolUsage From(
        HardwarePool pool, IEnumerable<NodeView> nodes, IEnumerable<PodHolding> holdings, IEnumerable<JsonObject> workloads, IEnumerable<JsonObject> flavors)
    {
        var named = FlavorLabels.Named(flavors);
        named.UnionWith(pool.NodeLabels.Keys);
        var behind = PoolNodes.Of(pool, nodes).ToDictionary(n => n.Name);
        var held = holdings.Select(h => (h.Node, h.Namespace, Units: (int)h.Requests.GetValueOrDefault(pool.ResourceName)))
            .Where(h => h.Units > 0 && behind.ContainsKey(h.Node)).ToList();
        var onNode = held.ToLookup(h => h.Node, h => h.Units);
        return new PoolUsage(
            [
                .. behind.Values.OrderBy(n => n.Name, StringComparer.Ordinal).Select(n => new PoolNode(
                    n.Name, n.Ready, n.Allocatable[pool.ResourceName], onNode[n.Name].Sum()) { Cordoned = n.Cordoned }),
            ],
            ByNamespace(held.Select(p => (p.Namespace, p.Units))),
            ByNamespace(workloads.Where(QueueHealth.Waits).Select(w => (w.Text("metadata", "namespace") ?? "", Wanted(w, pool, named)))));
    }

    private static int Wanted(JsonObject workload, HardwarePool pool, HashSet<string> named) =>
        workload.Items("spec", "podSets").Sum(set =>
        {
            var spec = set.At("template", "spec");
            return FlavorLabels.Match(spec, l => pool.NodeLabels.GetValueOrDefault(l), named)
                ? (int)PodHolding.RequestsOf(spec).GetValueOrDefault(pool.ResourceName) * Number(set.Text("count"), 1) : 0;
        });

    private static int Number(string? text, int otherwise) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : otherwise;

    private static Dictionary<string, int> ByNamespace(IEnumerable<(string Namespace, int Units)> parts) =>
        parts.Where(p => p.Units > 0).GroupBy(p => p.Namespace).ToDictionary(g => g.Key, g => g.Sum(p => p.Units));
}

/// <summary>A node behind a pool.</summary>
/// <param name="Units">Units it offers.</param>
/// <param name="InUse">Units that pods on it hold.</param>
public sealed record PoolNode(string Name, bool Ready, int Units, int InUse)
{
    /// <summary>True when it takes no new pods; what runs on it goes on.</summary>
    public bool Cordoned { get; init; }
}

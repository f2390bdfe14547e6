using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Hardware;

/// <summary>Which nodes stand behind a pool, and what they have. Pure.</summary>
public static class PoolNodes
{
    /// <summary>The nodes with the pool's resource and labels.</summary>
    public static IEnumerable<NodeView> Of(HardwarePool pool, IEnumerable<NodeView> nodes) =>
        nodes.Where(n => n.Allocatable.ContainsKey(pool.ResourceName) && Carries(n, pool.NodeLabels));

    /// <summary>True when the node carries all of the labels.</summary>
    public static bool Carries(NodeView node, IReadOnlyDictionary<string, string> labels) =>
        labels.All(l => node.Labels.TryGetValue(l.Key, out var value) && value == l.Value);

    /// <summary>Taints of the pool's nodes that keep its workloads off, since the pool does not name them.</summary>
    public static IReadOnlyList<NodeTaint> Untolerated(HardwarePool pool, IClusterCache seen) =>
        [.. Of(pool, seen.Derive(Kinds.Node, SeenNodes.From).Nodes).SelectMany(DiscoveredAccelerators.TaintsOf).Where(t => !pool.Taints.Exists(own => own.Covers(t))).Distinct()];

    /// <summary>
    /// Pools that count some of the same nodes, where the two together promise more than their nodes have. Two pools that share
    /// nodes by their capacities, each for its teams, are in order.
    /// </summary>
    public static IReadOnlyList<PoolOverlap> Doubled(HardwarePool pool, IEnumerable<HardwarePool> all, IClusterCache seen)
    {
        var rivals = all.Where(o => o.Id != pool.Id && o.ClusterId == pool.ClusterId && o.ResourceName == pool.ResourceName).ToList();
        if (rivals.Count == 0)
            return [];
        var nodes = seen.Derive(Kinds.Node, SeenNodes.From).Nodes;
        var own = Of(pool, nodes).ToList();
        return
        [
            .. rivals.Where(o => own.Any(n => Carries(n, o.NodeLabels)))
                .Select(o => new PoolOverlap(
                    o.Name, pool.Ledger.Capacity + o.Ledger.Capacity,
                    own.UnionBy(Of(o, nodes), n => n.Name).Sum(n => n.Allocatable[pool.ResourceName])))
                .Where(o => o.Capacity > o.Units),
        ];
    }

    private sealed record SeenNodes(IReadOnlyList<NodeView> Nodes)
    {
        public static SeenNodes From(IReadOnlyList<JsonObject> nodes) => new([.. nodes.Select(NodeView.From)]);
    }
}

/// <summary>Another pool of the same nodes.</summary>
/// <param name="Pool">Its name.</param>
/// <param name="Capacity">Units that both pools promise together.</param>
/// <param name="Units">Units on the nodes of both, each node counted once.</param>
public sealed record PoolOverlap(string Pool, int Capacity, int Units);

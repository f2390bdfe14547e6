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
}

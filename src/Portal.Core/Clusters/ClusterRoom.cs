using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware;

namespace Portal.Core.Clusters;

/// <summary>
/// Processors of a cluster's ready nodes, in cores, and those that no pod has asked for. Counted are nodes that work of projects may
/// use now, see <see cref="NodeView.IsForProjects"/>.
/// </summary>
public sealed record ClusterRoom(double CpuTotal, double CpuFree)
{
    /// <summary>The free part, 0 to 1.</summary>
    public double FreePart => CpuTotal > 0 ? CpuFree / CpuTotal : 0;

    /// <summary>Reads it from what was seen; null while no ready node is.</summary>
    public static ClusterRoom? From(IClusterCache seen)
    {
        if (seen.Age(Kinds.Node) is null)
            return null;
        var (any, ready) = seen.Derive(Kinds.Node, ReadyNodes.From);
        if (!any)
            return null;
        var asked = seen.Holdings().Where(h => ready.ContainsKey(h.Node)).Sum(h => (double)h.Requests.GetValueOrDefault("cpu"));
        return new ClusterRoom(ready.Values.Sum(), ready.Values.Sum() - asked);
    }

    // Any: one is ready, be it for projects or not.
    private sealed record ReadyNodes(bool Any, IReadOnlyDictionary<string, double> Cores)
    {
        public static ReadyNodes From(IReadOnlyList<JsonObject> nodes)
        {
            var ready = nodes.Where(n => Condition.Find(n, "Ready") is { IsTrue: true } && n.Text("spec", "unschedulable") != "true").ToList();
            return new(ready.Count > 0, ready.Where(n => NodeView.From(n) is { IsForProjects: true } node && !node.Taints.Any(t => t.KeepsOff && t.Passes))
                .ToDictionary(n => n.Name(), n => (double)(Quantity.Parse(n.Text("status", "allocatable", "cpu")) ?? 0)));
        }
    }
}

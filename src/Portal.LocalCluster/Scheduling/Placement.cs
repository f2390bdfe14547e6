using System.Globalization;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Scheduling;

/// <summary>Where a pod goes, or why nowhere, in the words of kube-scheduler.</summary>
public sealed record Placement(string? NodeName, string Message)
{
    /// <summary>
    /// Filters the nodes in kube-scheduler's order (unschedulable, taints, affinity, resources), a node failing with its
    /// first reason, then takes the one that keeps most free. Nodes with devices the pod does not ask for come last, so
    /// that ordinary work does not fill the machines accelerators sit in.
    /// </summary>
    /// <param name="demand">What the pod asks for.</param>
    /// <param name="nodes">The nodes as they stand.</param>
    /// <param name="against">What keeps the pod from every node, if anything does.</param>
    public static Placement Decide(PodDemand demand, IReadOnlyCollection<NodeState> nodes, string? against = null)
    {
        if (nodes.Count == 0) return new Placement(null, "no nodes available to schedule pods");
        if (against is not null) return new Placement(null, string.Create(CultureInfo.InvariantCulture, $"0/{nodes.Count} nodes are available: {against}."));
        List<NodeState> fitting = [];
        SortedDictionary<string, int> reasons = new(StringComparer.Ordinal);
        foreach (NodeState node in nodes)
        {
            List<string> obstacles = [.. Obstacles(demand, node)];
            if (obstacles.Count == 0) fitting.Add(node);
            foreach (string obstacle in obstacles) reasons[obstacle] = reasons.GetValueOrDefault(obstacle) + 1;
        }
        NodeState? best = fitting
            .OrderBy(node => UnaskedDevices(demand, node))
            .ThenByDescending(FreeShare)
            .ThenBy(node => node.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        if (best is not null) return new Placement(best.Name, "");
        string counted = string.Join(", ", reasons.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} {pair.Key}")));
        return new Placement(null, string.Create(CultureInfo.InvariantCulture, $"0/{nodes.Count} nodes are available: {counted}."));
    }

    private static IEnumerable<string> Obstacles(PodDemand demand, NodeState node)
    {
        if (node.Unschedulable) return ["node(s) were unschedulable"];
        if (Taints.FirstUntolerated(node.Taints, demand.Tolerations.ToList()) is { } taint)
        {
            string value = taint.Text("value") is { Length: > 0 } text ? text : "";
            return [$"node(s) had untolerated taint {{{taint.Text("key")}: {value}}}"];
        }
        if (!demand.Selects(node.Name, node.Labels)) return ["node(s) didn't match Pod's node affinity/selector"];
        return Shortages(demand, node);
    }

    private static IEnumerable<string> Shortages(PodDemand demand, NodeState node)
    {
        if (node.Free("pods") < 1) yield return "Too many pods";
        foreach ((string resource, decimal amount) in demand.Requests)
        {
            if (amount > 0 && amount > node.Free(resource)) yield return $"Insufficient {resource}";
        }
    }

    private static int UnaskedDevices(PodDemand demand, NodeState node) =>
        node.Allocatable.Count(pair => pair.Key.Contains('/', StringComparison.Ordinal) && pair.Value > 0 && demand.Requests.Of(pair.Key) == 0);

    private static decimal FreeShare(NodeState node) => Share(node, "cpu") + Share(node, "memory");

    private static decimal Share(NodeState node, string resource) =>
        node.Allocatable.Of(resource) is > 0 and decimal all ? node.Free(resource) / all : 0;
}

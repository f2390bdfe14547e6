using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Projects;

namespace Portal.Core.Hardware;

/// <summary>A node as pools see it. Read from the cluster's object, pure.</summary>
/// <param name="Allocatable">Extended resources, in whole units.</param>
/// <param name="Simulated">True when the node says that its accelerators are counted but do not exist.</param>
public sealed record NodeView(
    string Name, bool Ready, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<NodeTaint> Taints,
    IReadOnlyDictionary<string, int> Allocatable, bool Simulated)
{
    /// <summary>True when the node takes no new pods: it is being drained or was set aside.</summary>
    public bool Cordoned { get; init; }

    /// <summary>True when the node names extended resources, be it none of them at the moment: a device plugin that starts again.</summary>
    public bool HasExtended { get; init; }

    /// <summary>
    /// True when work of projects may use the node once it is well: an open one, or one with accelerators whose taints a pool's work
    /// tolerates. Control planes and what is set aside are not for them, whatever they have.
    /// </summary>
    public bool IsForProjects
    {
        get
        {
            var closed = Taints.Count(t => t.KeepsOff && !t.Passes);
            return closed == 0 || (HasExtended && closed == DiscoveredAccelerators.TaintsOf(this).Count);
        }
    }

    /// <summary>Label with which a node says that its accelerators are simulated.</summary>
    public const string SimulatedLabel = "portal.local/simulated-accelerators";

    /// <summary>Reads a Node object.</summary>
    public static NodeView From(JsonObject node)
    {
        var labels = Texts(node.At("metadata", "labels"));
        return new NodeView(
            node.Name(),
            Condition.Find(node, "Ready") is { IsTrue: true },
            labels,
            [.. node.Items("spec", "taints").Select(t => new NodeTaint(t.Text("key") ?? "", t.Text("value") ?? "", t.Text("effect") ?? ""))],
            Extended(node.At("status", "allocatable")),
            labels.GetValueOrDefault(SimulatedLabel) == "true")
        {
            HasExtended = Texts(node.At("status", "allocatable")).Keys.Any(ProjectManifests.IsExtended),
            Cordoned = node.Text("spec", "unschedulable") == "true",
        };
    }

    /// <summary>Extended resources of a map of quantities; they are whole numbers by Kubernetes' own rule.</summary>
    internal static IReadOnlyDictionary<string, int> Extended(JsonNode? quantities) =>
        Texts(quantities).Where(q => q.Key.Contains('/', StringComparison.Ordinal))
            .Select(q => (q.Key, Units: int.TryParse(q.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : 0))
            .Where(q => q.Units > 0).ToDictionary(q => q.Key, q => q.Units);

    private static Dictionary<string, string> Texts(JsonNode? map) =>
        map is JsonObject o ? o.ToDictionary(p => p.Key, p => p.Value?.ToString() ?? "") : [];
}

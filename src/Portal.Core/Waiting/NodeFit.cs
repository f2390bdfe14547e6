using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Waiting;

/// <summary>Where a pod would go: the nodes that it may use, and what is free on them. Pure.</summary>
/// <param name="Matching">Nodes that carry its labels.</param>
/// <param name="Usable">Those of them that are ready, open and tolerated.</param>
/// <param name="Pressed">Names of matching nodes that report a shortage of disk, memory or processes.</param>
/// <param name="Free">Free on all usable nodes together, by resource that the pod asks for.</param>
/// <param name="Largest">Most that is free on one node, by resource.</param>
/// <param name="Fitting">Pods of this shape that would fit now.</param>
public sealed record NodeFit(
    int Matching, int Usable, IReadOnlyList<string> Pressed, IReadOnlyDictionary<string, decimal> Free, IReadOnlyDictionary<string, decimal> Largest, int Fitting)
{
    /// <summary>The resource that each pod takes one of, asked for or not.</summary>
    public const string Places = "pods";

    private static readonly string[] Pressures = ["DiskPressure", "MemoryPressure", "PIDPressure"];

    /// <summary>The usable nodes.</summary>
    public IReadOnlySet<string> Names { get; init; } = new HashSet<string>();

    /// <summary>Free on each usable node, by resource that the pod asks for.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, decimal>> Rooms { get; init; } = [];

    /// <summary>What the pod takes of a node: what it asks for and, where nodes say how many pods they take, its place.</summary>
    public IReadOnlyDictionary<string, decimal> Wanted { get; init; } = new Dictionary<string, decimal>();

    /// <summary>Looks at the nodes for a pod.</summary>
    public static NodeFit Of(JsonNode podSpec, IEnumerable<JsonObject> nodes, IEnumerable<PodHolding> holdings)
    {
        var wanted = PodHolding.RequestsOf(podSpec);
        var selector = (podSpec.At("nodeSelector") as JsonObject ?? []).ToDictionary(l => l.Key, l => l.Value?.ToString() ?? "");
        var matching = nodes.Where(n => selector.All(l => n.Text("metadata", "labels", l.Key) == l.Value)).ToList();
        var usable = matching.Where(n => IsOpen(n) && Tolerates(podSpec, n)).ToList();
        if (usable.Exists(n => n.Text("status", "allocatable", Places) is not null))
            wanted[Places] = 1;
        var held = holdings.ToLookup(h => h.Node, h => h.Requests, StringComparer.Ordinal);
        var free = usable.Select(n => wanted.Keys.ToDictionary(r => r,
            r => (Quantity.Parse(n.Text("status", "allocatable", r)) ?? 0) - held[n.Name()].Sum(h => r == Places ? 1 : h.GetValueOrDefault(r)))).ToList();
        return new NodeFit(matching.Count, usable.Count,
            [.. matching.Where(n => Pressures.Any(p => Condition.Find(n, p) is { IsTrue: true })).Select(n => n.Name())],
            wanted.Keys.ToDictionary(r => r, r => free.Sum(f => Math.Max(0, f[r]))),
            wanted.Keys.ToDictionary(r => r, r => free.Count == 0 ? 0 : free.Max(f => f[r])),
            free.Sum(f => Pods(f, wanted)))
        { Names = usable.Select(n => n.Name()).ToHashSet(StringComparer.Ordinal), Rooms = free, Wanted = wanted };
    }

    /// <summary>Pods of the same place with other amounts of the same resources that the nodes have room for.</summary>
    public int RoomFor(IReadOnlyDictionary<string, decimal> wanted) => Rooms.Sum(
        room => Math.Min(Pods(room, wanted), (int)Math.Max(0, room.GetValueOrDefault(Places, int.MaxValue))));

    /// <summary>True when one of the nodes has room for such a pod.</summary>
    public bool HasRoomFor(IReadOnlyDictionary<string, decimal> wanted) => RoomFor(wanted) > 0;

    /// <summary>Enough is free in all for the pod, but not on one node.</summary>
    public bool IsFragmented => Usable > 0 && Fitting == 0 && Wanted.All(w => Free.GetValueOrDefault(w.Key) >= w.Value);

    // One where nothing is asked for.
    private static int Pods(IReadOnlyDictionary<string, decimal> room, IReadOnlyDictionary<string, decimal> wanted) => (int)wanted.Where(w => w.Value > 0)
        .Select(w => Math.Max(0, Math.Floor(room.GetValueOrDefault(w.Key) / w.Value))).DefaultIfEmpty(1).Min();

    private static bool IsOpen(JsonObject node) =>
        Condition.Find(node, "Ready") is { IsTrue: true } && node.Text("spec", "unschedulable") != "true" && !Pressures.Any(p => Condition.Find(node, p) is { IsTrue: true });

    private static bool Tolerates(JsonNode podSpec, JsonObject node) => node.Items("spec", "taints")
        .Where(t => t.Text("effect") is "NoSchedule" or "NoExecute")
        .All(t => podSpec.Items("tolerations").Any(tolerated => Covers(tolerated, t)));

    private static bool Covers(JsonNode toleration, JsonNode taint) =>
        (toleration.Text("effect") is null or "" || toleration.Text("effect") == taint.Text("effect"))
        && (toleration.Text("operator") == "Exists"
            ? toleration.Text("key") is null or "" || toleration.Text("key") == taint.Text("key")
            : toleration.Text("key") == taint.Text("key") && (toleration.Text("value") ?? "") == (taint.Text("value") ?? ""));
}

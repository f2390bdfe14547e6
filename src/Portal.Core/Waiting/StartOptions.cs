using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Waiting;

/// <summary>What would start now, or sooner, in place of what waits. Pure.</summary>
internal static class StartOptions
{
    /// <summary>At most one of each sort, the quickest first; none where those ahead would take what is free.</summary>
    public static IReadOnlyList<StartOption> For(
        QueuedWorkload self, IReadOnlyList<WaitRow> rows, QuotaTree tree, IReadOnlyList<QueuedWorkload> ahead, WaitSnapshot snapshot)
    {
        if (rows.FirstOrDefault(r => r.IsAccelerator) is not { ShortBy: > 0 } wanted)
            return [];
        var options = new List<StartOption>();
        var others = rows.Where(r => r.Key != wanted.Key && !r.IsAccelerator).GroupBy(r => r.Key.Resource).All(g => g.Any(r => r.ShortBy == 0));
        // All pods of a run ask for as much each.
        var pods = Math.Max(1, self.PodSets.Where(s => Asks(s.Spec, wanted.Key)).Sum(s => s.Count));
        var onEach = Math.Floor(Math.Max(0, wanted.Free) / pods);
        if (onEach >= 1 && ahead.Count == 0 && others)
            options.Add(new StartOption(StartOptionKind.Smaller, wanted.Key, onEach * pods) { Pods = pods });
        var offered = tree.Flavors(self.ClusterQueue, wanted.Key.Resource);
        foreach (var other in offered.Where(f => f != wanted.Key.Flavor))
        {
            var key = wanted.Key with { Flavor = other };
            if (others && tree.Available(self.ClusterQueue, key) >= wanted.Needed
                && !ahead.Any(a => a.Requests.GetValueOrDefault(key.Resource) > 0 && WaitRows.Usable(a, offered, snapshot.Flavors).Contains(other))
                && HasNodes(self, wanted.Key, other, snapshot))
            {
                options.Add(new StartOption(StartOptionKind.OtherPool, key, wanted.Needed) { Pods = pods });
                break;
            }
        }
        if (Missing(self, wanted, tree) is > 0 and var more)
            options.Add(new StartOption(StartOptionKind.MoreQuota, wanted.Key, more));
        return options;
    }

    // What the project itself uses of its own quota is what more quota would be asked for; what others borrowed comes back anyway.
    private static decimal Missing(QueuedWorkload self, WaitRow wanted, QuotaTree tree) =>
        Math.Ceiling(tree.Used(self.ClusterQueue, wanted.Key) + wanted.Needed - tree.Nominal(self.ClusterQueue, wanted.Key));

    private static bool Asks(JsonNode spec, ResourceKey key) => PodHolding.RequestsOf(spec).GetValueOrDefault(key.Resource) > 0;

    // Quota of a pool whose nodes are full, or too small for one of its pods, starts nothing.
    private static bool HasNodes(QueuedWorkload self, ResourceKey own, string other, WaitSnapshot snapshot) => snapshot.Nodes.Count == 0
        || self.PodSets.Where(s => Asks(s.Spec, own)).All(s => NodeFit.Of(OnOther(s.Spec, own.Flavor, other, snapshot), snapshot.Nodes, snapshot.Held).Fitting >= s.Count);

    // The pod as it would be asked for there: with that pool's labels and tolerations in place of its own pool's labels.
    private static JsonObject OnOther(JsonNode spec, string own, string other, WaitSnapshot snapshot)
    {
        var (left, taken) = (snapshot.Flavors.FirstOrDefault(f => f.Name() == own), snapshot.Flavors.FirstOrDefault(f => f.Name() == other));
        var moved = spec.DeepClone().AsObject();
        var selector = moved["nodeSelector"] as JsonObject ?? [];
        foreach (var label in left.At("spec", "nodeLabels") as JsonObject ?? [])
            selector.Remove(label.Key);
        foreach (var (key, value) in taken.At("spec", "nodeLabels") as JsonObject ?? [])
            selector[key] = value?.DeepClone();
        moved["nodeSelector"] = selector.DeepClone();
        moved["tolerations"] = new JsonArray([.. spec.Items("tolerations").Concat(taken.Items("spec", "tolerations")).Select(t => t.DeepClone())]);
        return moved;
    }
}

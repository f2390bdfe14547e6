using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Waiting;

/// <summary>What would start now, or sooner, in place of what waits. Pure.</summary>
internal static class StartOptions
{
    /// <summary>At most one of each sort, the quickest first.</summary>
    /// <param name="taken">Those before it take what is free, or let nobody pass: nothing starts now.</param>
    public static IReadOnlyList<StartOption> For(
        QueuedWorkload self, IReadOnlyList<WaitRow> rows, QuotaTree tree, bool taken, WaitSnapshot snapshot)
    {
        if (rows.FirstOrDefault(r => r.IsAccelerator) is not { ShortBy: > 0 } wanted)
            return [];
        var options = new List<StartOption>();
        var startsNow = !taken && rows.Where(r => r.Key != wanted.Key && !r.IsAccelerator).GroupBy(r => r.Key.Resource).All(g => g.Any(r => r.ShortBy == 0));
        // All pods of a run ask for as much each.
        var pods = Math.Max(1, self.PodSets.Where(s => Asks(s.Spec, wanted.Key)).Sum(s => s.Count));
        var onEach = Math.Floor(Math.Max(0, wanted.Free) / pods);
        if (onEach >= 1 && startsNow && HasNodes(self, wanted.Key, snapshot, s => OnOther(s, wanted.Key.Flavor, wanted.Key.Flavor, snapshot), onEach))
            options.Add(new StartOption(StartOptionKind.Smaller, wanted.Key, onEach * pods) { Pods = pods });
        foreach (var other in tree.Flavors(self.ClusterQueue, wanted.Key.Resource).Where(f => f != wanted.Key.Flavor))
        {
            var key = wanted.Key with { Flavor = other };
            if (startsNow && tree.Available(self.ClusterQueue, key) >= wanted.Needed
                && HasNodes(self, wanted.Key, snapshot, s => OnOther(s, wanted.Key.Flavor, other, snapshot)))
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

    // Quota of a pool whose nodes are full, or too small for one of its pods, starts nothing. It is the pods as they would be.
    private static bool HasNodes(QueuedWorkload self, ResourceKey own, WaitSnapshot snapshot, Func<JsonNode, JsonNode> moved, decimal? onEach = null) =>
        snapshot.Nodes.Count == 0 || self.PodSets.Where(s => Asks(s.Spec, own)).All(s =>
        {
            var fit = NodeFit.Of(moved(s.Spec), snapshot.Nodes, snapshot.Held);
            return fit.RoomFor(new Dictionary<string, decimal>(fit.Wanted) { [own.Resource] = onEach ?? fit.Wanted[own.Resource] }) >= s.Count;
        });

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

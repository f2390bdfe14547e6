using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health;

namespace Portal.Core.Waiting;

/// <summary>The rows of a workload: what it needs of each pool that it may use, and who holds that. Pure.</summary>
internal static class WaitRows
{
    /// <summary>One row for each resource and each pool of its queue whose nodes it may use.</summary>
    public static IReadOnlyList<WaitRow> Of(QueuedWorkload self, QuotaTree tree, IReadOnlyList<JsonObject> flavors)
    {
        var wanted = Wanted(self, tree, flavors);
        return [.. wanted.Select(w => Row(self, tree, w.Key, w.Value, new Dictionary<ResourceKey, decimal>(wanted)))];
    }

    /// <summary>True where a workload has its quota in what is free and what it can take back.</summary>
    public static bool Starts(QueuedWorkload workload, QuotaTree tree, IReadOnlyList<JsonObject> flavors)
    {
        var all = new Dictionary<ResourceKey, decimal>(Wanted(workload, tree, flavors));
        return QueueHealth.From(workload.Object)?.Reason is not ("quota.taints" or "quota.not_granted" or "quota.no_flavor")
            && workload.Requests.Where(r => r.Value > 0).All(r =>
                Usable(workload, tree.Flavors(workload.ClusterQueue, r.Key), flavors).Any(f => Has(new ResourceKey(f, r.Key), r.Value)));

        bool Has(ResourceKey key, decimal needed) => tree.Available(workload.ClusterQueue, key) is var free
            && (free >= needed || tree.Reclaimable(workload.ClusterQueue, key, all) >= needed - free);
    }

    /// <summary>True where its queue has pools of something that it asks for, and it may use the nodes of none of them.</summary>
    public static bool LacksPool(QueuedWorkload self, QuotaTree tree, IReadOnlyList<JsonObject> flavors) => self.Requests.Where(r => r.Value > 0)
        .Select(r => tree.Flavors(self.ClusterQueue, r.Key)).Any(offered => offered.Count > 0 && !Usable(self, offered, flavors).Any());

    /// <summary>Those who hold what the rows are short of; its own queue's workloads among them.</summary>
    public static IReadOnlyList<WaitHolder> Holders(QueuedWorkload self, IReadOnlyList<WaitRow> rows, QuotaTree tree, IReadOnlyList<QueuedWorkload> queued)
    {
        var scarce = rows.Where(r => r.ShortBy > 0).Select(r => r.Key).ToHashSet();
        var shared = tree.Neighbours(self.ClusterQueue).Append(self.ClusterQueue).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. queued.Where(q => q.HoldsQuota && shared.Contains(q.ClusterQueue))
                .SelectMany(q => q.Usage.Where(u => u.Value > 0 && scarce.Contains(u.Key)).Select(u => (q.Namespace, u.Key, u.Value, q.ClusterQueue, q.AdmittedAt)))
                .GroupBy(u => (u.Namespace, u.Key))
                .Select(g => new WaitHolder(g.Key.Namespace, g.Key.Key, g.Sum(u => u.Value),
                    Math.Min(g.Sum(u => u.Value), tree.Borrowed(g.First().ClusterQueue, g.Key.Key)), g.Min(u => u.AdmittedAt)!.Value, g.Count()))
                .OrderByDescending(h => h.Key.Resource.Contains('/', StringComparison.Ordinal)).ThenByDescending(h => h.Amount).ThenBy(h => h.Namespace, StringComparer.Ordinal),
        ];
    }

    /// <summary>Those whose pods hold a resource of the nodes that a pod may use.</summary>
    public static IReadOnlyList<WaitHolder> Holders(ResourceKey key, NodeFit fit, IEnumerable<PodHolding> held) =>
    [
        .. held.Where(h => fit.Names.Contains(h.Node)).Select(h => (h.Namespace, Amount: key.Resource == NodeFit.Places ? 1 : h.Requests.GetValueOrDefault(key.Resource)))
            .Where(h => h.Amount > 0).GroupBy(h => h.Namespace)
            .Select(g => new WaitHolder(g.Key, key, g.Sum(h => h.Amount), 0, null, g.Count()))
            .OrderByDescending(h => h.Amount).ThenBy(h => h.Namespace, StringComparer.Ordinal),
    ];

    private static List<KeyValuePair<ResourceKey, decimal>> Wanted(QueuedWorkload self, QuotaTree tree, IReadOnlyList<JsonObject> flavors) =>
    [
        .. self.Requests.Where(r => r.Value > 0).OrderBy(r => r.Key.Contains('/', StringComparison.Ordinal) ? 0 : 1).ThenBy(r => r.Key, StringComparer.Ordinal)
            .SelectMany(r => Usable(self, tree.Flavors(self.ClusterQueue, r.Key), flavors).Select(f => KeyValuePair.Create(new ResourceKey(f, r.Key), r.Value))),
    ];

    private static WaitRow Row(QueuedWorkload self, QuotaTree tree, ResourceKey key, decimal needed, Dictionary<ResourceKey, decimal> wanted) => new(
        key, needed, tree.Available(self.ClusterQueue, key), tree.Capacity(self.ClusterQueue, key),
        tree.Neighbours(self.ClusterQueue).Sum(n => tree.Borrowed(n, key)), tree.Reclaimable(self.ClusterQueue, key, wanted));

    /// <summary>
    /// The flavors that a workload may use of those that its queue has for a resource. As Kueue does: a label that a pod asks for and
    /// that any of them names has to be there; labels that none of them names are left to the nodes.
    /// </summary>
    public static IEnumerable<string> Usable(QueuedWorkload workload, IReadOnlyList<string> offered, IReadOnlyList<JsonObject> flavors)
    {
        var named = FlavorLabels.Named(flavors.Where(f => offered.Contains(f.Name())));
        return offered.Where(o => workload.PodSets.All(s => FlavorLabels.Match(s.Spec, label => flavors.FirstOrDefault(f => f.Name() == o).Text("spec", "nodeLabels", label), named)));
    }
}

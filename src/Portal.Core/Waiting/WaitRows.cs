using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Waiting;

/// <summary>The rows of a workload: what it needs of each pool that it may use, and who holds that. Pure.</summary>
internal static class WaitRows
{
    /// <summary>One row for each resource and each pool of its queue whose nodes it may use.</summary>
    public static IReadOnlyList<WaitRow> Of(QueuedWorkload self, QuotaTree tree, IEnumerable<JsonObject> flavors)
    {
        var labels = flavors.ToDictionary(f => f.Name(), f => f.At("spec", "nodeLabels") as JsonObject ?? []);
        var selectors = self.PodSets.Select(s => s.Spec.At("nodeSelector") as JsonObject ?? []).ToList();
        return
        [
            .. self.Requests.Where(r => r.Value > 0).OrderBy(r => r.Key.Contains('/', StringComparison.Ordinal) ? 0 : 1).ThenBy(r => r.Key, StringComparer.Ordinal)
                .SelectMany(r => Usable(tree.Flavors(self.ClusterQueue, r.Key), labels, selectors).Select(f => Row(self, tree, new ResourceKey(f, r.Key), r.Value))),
        ];
    }

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

    private static WaitRow Row(QueuedWorkload self, QuotaTree tree, ResourceKey key, decimal needed) => new(
        key, needed, tree.Available(self.ClusterQueue, key), tree.Capacity(self.ClusterQueue, key),
        tree.Neighbours(self.ClusterQueue).Sum(n => tree.Borrowed(n, key)), tree.Reclaimable(self.ClusterQueue, key));

    // As Kueue does: a label that the pod asks for and the flavor has otherwise rules the flavor out.
    private static IEnumerable<string> Usable(IReadOnlyList<string> flavors, Dictionary<string, JsonObject> labels, List<JsonObject> selectors) =>
        flavors.Where(f => !labels.TryGetValue(f, out var own)
            || selectors.All(s => s.All(l => own[l.Key] is null || own[l.Key]!.ToString() == l.Value?.ToString())));
}

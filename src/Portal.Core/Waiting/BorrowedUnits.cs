using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Waiting;

/// <summary>What of its accelerators a workload holds above its queue's own quota, and whose that is. Pure.</summary>
/// <param name="Amount">Units; never more than it holds.</param>
/// <param name="Lenders">Namespaces of the queues that lend now and may take back at once, the one that lends most first.</param>
public sealed record BorrowedUnits(ResourceKey Key, decimal Amount, IReadOnlyList<string> Lenders)
{
    /// <summary>
    /// What the workload would lose if all that is lent were asked back; nothing where nobody can take it back. Of several workloads of a
    /// queue those borrow that Kueue stops first: of lower priority, and admitted last.
    /// </summary>
    public static IReadOnlyList<BorrowedUnits> Of(JsonObject workload, IClusterCache cache)
    {
        var holding = cache.Derive(Kinds.Workload, Holding.From).All;
        // The watches make each reader a tree of its own: an object is known by its name.
        if (holding.FirstOrDefault(h => h.Name == workload.Name() && h.Namespace == workload.Text("metadata", "namespace")) is not { } self)
            return [];
        var queues = cache.List(Kinds.ClusterQueue);
        return Of(self, QuotaTree.From(queues, cache.List(Kinds.Cohort), holding), holding, cache.List(Kinds.LocalQueue));
    }

    /// <summary>
    /// False for a ClusterQueue that says itself that it holds no more than its own: nothing else has to be read to know that nothing is
    /// borrowed. True also for one that says nothing yet.
    /// </summary>
    public static bool MayBorrow(JsonObject? clusterQueue) => clusterQueue.At("status", "flavorsReservation") is not JsonArray
        || clusterQueue.Items("status", "flavorsReservation").SelectMany(f => f.Items("resources")).Any(r => Quantity.Parse(r.Text("borrowed")) > 0);

    /// <summary>The same from values.</summary>
    /// <param name="tree">With what all of <paramref name="holding"/> use.</param>
    public static IReadOnlyList<BorrowedUnits> Of(
        QueuedWorkload self, QuotaTree tree, IReadOnlyList<QueuedWorkload> holding, IReadOnlyList<JsonObject> localQueues)
    {
        var borrowed = new List<BorrowedUnits>();
        foreach (var (key, held) in self.Usage.Where(u => u.Value > 0 && u.Key.Resource.Contains('/', StringComparison.Ordinal)))
        {
            var sooner = holding.Where(h => h.ClusterQueue == self.ClusterQueue && h != self && GoesBefore(h, self)).Sum(h => h.Usage.GetValueOrDefault(key));
            var lenders = tree.Lenders(self.ClusterQueue, key);
            // What was borrowed of others stays: they take nothing back.
            var owed = Math.Min(tree.Borrowed(self.ClusterQueue, key), lenders.Sum(l => tree.Lends(l, key)));
            var amount = Math.Min(held, owed - sooner);
            if (amount > 0)
                borrowed.Add(new BorrowedUnits(key, amount, [.. lenders.SelectMany(l => NamespacesOf(l, localQueues)).Distinct(StringComparer.Ordinal)]));
        }
        return [.. borrowed.OrderByDescending(b => b.Amount)];
    }

    private static bool GoesBefore(QueuedWorkload one, QueuedWorkload other) => (one.Priority.CompareTo(other.Priority),
        other.AdmittedAt!.Value.CompareTo(one.AdmittedAt!.Value), string.CompareOrdinal(one.Namespace + "/" + one.Name, other.Namespace + "/" + other.Name))
        is ( < 0, _, _) or (0, < 0, _) or (0, 0, < 0);

    private static IEnumerable<string> NamespacesOf(string clusterQueue, IReadOnlyList<JsonObject> localQueues) =>
        localQueues.Where(q => q.Text("spec", "clusterQueue") == clusterQueue).Select(q => q.Text("metadata", "namespace") ?? "");

    // An admitted workload names its ClusterQueue itself.
    private sealed record Holding(IReadOnlyList<QueuedWorkload> All)
    {
        public static Holding From(IReadOnlyList<JsonObject> workloads) =>
            new([.. workloads.Select(w => QueuedWorkload.From(w, (_, _) => "")).Where(w => w.HoldsQuota)]);
    }
}

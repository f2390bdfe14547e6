using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Waiting;

/// <summary>
/// Kueue's quotas as the tree they form: cohorts with cohorts and ClusterQueues below. Answers what a queue can still take, lending
/// and borrowing limits counted as Kueue's own cache counts them (resource_node.go). Read from the cluster's objects, pure.
/// </summary>
public sealed class QuotaTree
{
    private readonly Dictionary<string, QuotaNode> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<string, QuotaNode> _cohorts = new(StringComparer.Ordinal);

    private QuotaTree()
    {
    }

    /// <summary>The tree with what the admitted workloads use.</summary>
    public static QuotaTree From(IEnumerable<JsonObject> clusterQueues, IEnumerable<JsonObject> cohorts, IEnumerable<QueuedWorkload> workloads)
    {
        var tree = new QuotaTree();
        foreach (var cohort in cohorts)
            tree.Cohort(cohort.Name()).Take(cohort, tree.ParentOf(cohort.Text("spec", "parentName")));
        foreach (var queue in clusterQueues)
            tree._queues[queue.Name()] = new QuotaNode(queue.Name()).Take(queue, tree.ParentOf(queue.Text("spec", "cohortName") ?? queue.Text("spec", "cohort")));
        foreach (var workload in workloads.Where(w => w.HoldsQuota))
        {
            foreach (var (key, amount) in workload.Usage)
                tree.Find(workload.ClusterQueue)?.Use(key, amount);
        }
        return tree;
    }

    /// <summary>Most that the queue can take now: its own unused quota and what it may borrow. May be negative when over-committed.</summary>
    public decimal Available(string queue, ResourceKey key) => Find(queue)?.Available(key) ?? 0;

    /// <summary>Most that the queue could ever hold, with everything that others may lend it.</summary>
    public decimal Capacity(string queue, ResourceKey key) => Find(queue)?.Potential(key) ?? 0;

    /// <summary>What was granted to the queue itself.</summary>
    public decimal Nominal(string queue, ResourceKey key) => Find(queue)?.Nominal(key) ?? 0;

    /// <summary>What the queue's own workloads use.</summary>
    public decimal Used(string queue, ResourceKey key) => Find(queue)?.Used(key) ?? 0;

    /// <summary>What the queue uses above its own quota.</summary>
    public decimal Borrowed(string queue, ResourceKey key) => Math.Max(0, Used(queue, key) - Nominal(queue, key));

    /// <summary>
    /// What a request could have back from those who borrowed it: no more than the queue or its cohort is owed, and nothing when the
    /// policy forbids or the request as a whole would itself have to borrow.
    /// </summary>
    /// <param name="wanted">All that the request asks for, in each pool that it may use.</param>
    public decimal Reclaimable(string queue, ResourceKey key, IReadOnlyDictionary<ResourceKey, decimal> wanted) =>
        Find(queue) is { Reclaims: true } own ? own.Reclaimable(key, wanted) : 0;

    /// <summary>What the queue could take more of if a queue that shares with it, or itself, held less by an amount.</summary>
    public decimal Freed(string queue, ResourceKey key, string holder, decimal amount)
    {
        if (Find(holder) is not { } held)
            return 0;
        var before = Available(queue, key);
        held.Use(key, -amount);
        var after = Available(queue, key);
        held.Use(key, amount);
        return after - before;
    }

    /// <summary>
    /// What the queue could take less of once a queue that shares with it, or itself, got an amount: nothing where that one cannot
    /// borrow, because it gets what its own free.
    /// </summary>
    public decimal Taken(string queue, ResourceKey key, string holder, decimal amount) =>
        queue == holder ? amount : Find(holder) is { } other && other.Potential(key) > other.Guaranteed(key) ? -Freed(queue, key, holder, -amount) : 0;

    /// <summary>The queues that share with this one, itself left out.</summary>
    public IEnumerable<string> Neighbours(string queue)
    {
        var root = Find(queue)?.Root;
        return root is null ? [] : _queues.Values.Where(q => q.Name != queue && q.Root == root).Select(q => q.Name).Order(StringComparer.Ordinal);
    }

    /// <summary>Those of them whose work may start: what waits in the others goes before nobody.</summary>
    public IEnumerable<string> Competitors(string queue) => Neighbours(queue).Where(q => _queues[q].Starts);

    /// <summary>
    /// The queues that lend of their own quota now and may take it back from this one at once, the one that lends most first. One that
    /// lets nothing start takes nothing back. Nobody is among them outside of a cohort that is within its quota: what it borrows is then
    /// lent inside of that.
    /// </summary>
    public IReadOnlyList<string> Lenders(string queue, ResourceKey key) => Find(queue) is not { } own ? [] :
    [
        .. Neighbours(queue).Select(n => _queues[n]).Where(n => n.Reclaims && n.Starts && n.Lends(key) > 0 && own.Owes(n, key))
            .OrderByDescending(n => n.Lends(key)).ThenBy(n => n.Name, StringComparer.Ordinal).Select(n => n.Name),
    ];

    /// <summary>What of the queue's own quota others may hold now.</summary>
    public decimal Lends(string queue, ResourceKey key) => Find(queue)?.Lends(key) ?? 0;

    /// <summary>The flavors that the queue lists for a resource, in the order in which they are tried.</summary>
    public IReadOnlyList<string> Flavors(string queue, string resource) => Find(queue)?.Flavors(resource) ?? [];

    private QuotaNode? Find(string queue) => _queues.GetValueOrDefault(queue);

    private QuotaNode? ParentOf(string? name) => string.IsNullOrEmpty(name) ? null : Cohort(name);

    // A cohort that is only named exists without an object.
    private QuotaNode Cohort(string name)
    {
        if (!_cohorts.TryGetValue(name, out var cohort))
            _cohorts[name] = cohort = new QuotaNode(name);
        return cohort;
    }
}

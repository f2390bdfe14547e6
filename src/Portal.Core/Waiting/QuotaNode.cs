using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Waiting;

/// <summary>A cohort or a ClusterQueue with its quotas. The formulas are those of Kueue's resource_node.go.</summary>
internal sealed class QuotaNode(string name)
{
    private readonly Dictionary<ResourceKey, Cell> _cells = [];
    private readonly List<QuotaNode> _children = [];
    private readonly Dictionary<ResourceKey, decimal> _used = [];
    private readonly Dictionary<ResourceKey, decimal> _subtree = [];
    private readonly Dictionary<string, List<string>> _flavors = new(StringComparer.Ordinal);
    private QuotaNode? _parent;

    public string Name => name;

    /// <summary>False when the policy never takes lent quota back.</summary>
    public bool Reclaims { get; private set; }

    /// <summary>False for a queue that lets nothing start: it was stopped, or lacks something.</summary>
    public bool Starts { get; private set; } = true;

    public QuotaNode? Root
    {
        get
        {
            var node = _parent;
            while (node?._parent is { } above)
                node = above;
            return node;
        }
    }

    public QuotaNode Take(JsonObject from, QuotaNode? parent)
    {
        Reclaims = from.Text("spec", "preemption", "reclaimWithinCohort") is { } policy && policy != "Never";
        Starts = (from.Text("spec", "stopPolicy") ?? "None") == "None" && Condition.Find(from, "Active") is not { IsFalse: true };
        foreach (var flavor in from.Items("spec", "resourceGroups").SelectMany(g => g.Items("flavors")))
        {
            foreach (var resource in flavor.Items("resources"))
            {
                var key = new ResourceKey(flavor.Text("name") ?? "", resource.Text("name") ?? "");
                _cells[key] = new Cell(Quantity.Parse(resource.Text("nominalQuota")) ?? 0,
                    Quantity.Parse(resource.Text("borrowingLimit")), Quantity.Parse(resource.Text("lendingLimit")));
                if (!_flavors.TryGetValue(key.Resource, out var names))
                    _flavors[key.Resource] = names = [];
                names.Add(key.Flavor);
            }
        }
        // A cycle would be refused by Kueue; it must not hang us.
        if (parent is not null && parent != this && parent.Root != this)
        {
            _parent = parent;
            parent._children.Add(this);
        }
        return this;
    }

    /// <summary>Takes note of what a queue uses more, or less, once the tree stands: it and each cohort above know their own sum.</summary>
    public void Use(ResourceKey key, decimal amount)
    {
        var before = TakenAbove(key);
        _used[key] = Used(key) + amount;
        if (TakenAbove(key) - before is var more and not 0)
            _parent?.Use(key, more);
    }

    public IReadOnlyList<string> Flavors(string resource) => _flavors.GetValueOrDefault(resource) ?? [];

    public decimal Nominal(ResourceKey key) => _cells.GetValueOrDefault(key).Nominal;

    /// <summary>Of a queue what its workloads use; of a cohort what its members took from it.</summary>
    public decimal Used(ResourceKey key) => _used.GetValueOrDefault(key);

    public decimal Available(ResourceKey key)
    {
        if (_parent is null)
            return Subtree(key) - Used(key);
        var guaranteed = Guaranteed(key);
        var local = Math.Max(0, guaranteed - Used(key));
        var above = _parent.Available(key);
        if (_cells.GetValueOrDefault(key).BorrowingLimit is { } limit)
            above = Math.Min(Subtree(key) - guaranteed - TakenAbove(key) + limit, above);
        return local + above;
    }

    public decimal Potential(ResourceKey key)
    {
        if (_parent is null)
            return Subtree(key);
        var most = Guaranteed(key) + _parent.Potential(key);
        return _cells.GetValueOrDefault(key).BorrowingLimit is { } limit ? Math.Min(Subtree(key) + limit, most) : most;
    }

    /// <summary>
    /// What a request could be given back by others: it is owed only what it fits into beside what is used there already, of the
    /// queue's own quota or of the lowest of its cohorts that has so much.
    /// </summary>
    public decimal Reclaimable(ResourceKey key, IReadOnlyDictionary<ResourceKey, decimal> wanted)
    {
        if (Fits(key) && wanted.Keys.GroupBy(k => k.Resource).All(pools => pools.Any(Fits)))
            return Math.Min(Subtree(key) - Used(key), Returnable(key));
        return _parent is null ? 0 : _parent.Reclaimable(key, wanted.ToDictionary(w => w.Key, w => Math.Max(0, w.Value - Math.Max(0, Guaranteed(w.Key) - Used(w.Key)))));

        bool Fits(ResourceKey k) => Used(k) + wanted.GetValueOrDefault(k) <= Subtree(k);
    }

    /// <summary>Of a queue's own quota what others may hold now.</summary>
    public decimal Lends(ResourceKey key) => Math.Max(0, Nominal(key) - Math.Max(Used(key), Guaranteed(key)));

    /// <summary>True where it and each cohort that it does not share with another hold more than is theirs.</summary>
    public bool Owes(QuotaNode other, ResourceKey key)
    {
        for (var node = this; node is not null && !other.IsBelow(node); node = node._parent)
        {
            if (node.Used(key) <= node.Subtree(key))
                return false;
        }
        return true;
    }

    private bool IsBelow(QuotaNode node) => this == node || _parent?.IsBelow(node) == true;

    // What others of its cohorts could be made to give back.
    private decimal Returnable(ResourceKey key) =>
        _parent is null ? 0 : _parent._children.Where(c => c != this).Sum(c => c.Excess(key)) + _parent.Returnable(key);

    // A cohort within its own quota owes those outside it nothing, whatever its queues borrow from one another.
    private decimal Excess(ResourceKey key)
    {
        var over = Math.Max(0, Used(key) - Subtree(key));
        return _children.Count == 0 ? over : Math.Min(over, _children.Sum(c => c.Excess(key)));
    }

    // Of its cohort: what goes beyond its own guaranteed part.
    private decimal TakenAbove(ResourceKey key) => Math.Max(0, Used(key) - Guaranteed(key));

    // Added up once: quotas do not change while the tree is asked.
    private decimal Subtree(ResourceKey key) => _subtree.TryGetValue(key, out var known)
        ? known : _subtree[key] = Nominal(key) + _children.Sum(c => c.Subtree(key) - c.Guaranteed(key));

    public decimal Guaranteed(ResourceKey key) =>
        _cells.GetValueOrDefault(key).LendingLimit is { } lending ? Math.Max(0, Subtree(key) - lending) : 0;

    private readonly record struct Cell(decimal Nominal, decimal? BorrowingLimit, decimal? LendingLimit);
}

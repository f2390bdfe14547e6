namespace Portal.LocalCluster.Kueue;

public readonly record struct FlavorResource(string Flavor, string Resource);

/// <summary>A queue's share of one resource in one flavor, in the resource's unit; null limits are no limits.</summary>
public sealed record FlavorQuota(decimal Nominal, decimal? BorrowingLimit = null, decimal? LendingLimit = null);

/// <summary>
/// A ClusterQueue or Cohort in the tree of quotas. The arithmetic is Kueue's (pkg/cache/scheduler/resource_node.go): what a
/// child does not keep back by its lending limit is stored in its parent, where its siblings may borrow it.
/// </summary>
public sealed class QuotaNode
{
    private readonly IReadOnlyDictionary<FlavorResource, FlavorQuota> _quotas;
    private readonly List<QuotaNode> _children = [];
    private readonly Dictionary<FlavorResource, decimal> _usage = [];

    public QuotaNode(string name, IReadOnlyDictionary<FlavorResource, FlavorQuota> quotas, QuotaNode? parent = null)
    {
        Name = name;
        _quotas = quotas;
        Parent = parent;
        parent?._children.Add(this);
    }

    public string Name { get; }

    public QuotaNode? Parent { get; }

    /// <summary>The cohort at the top of the tree; the node itself where it has none.</summary>
    public QuotaNode Root => Parent?.Root ?? this;

    /// <summary>From the top down, as Kueue writes it: <c>/organisation/team/queue</c>.</summary>
    public string Path => $"{Parent?.Path}/{Name}";

    public decimal Nominal(FlavorResource at) => _quotas.GetValueOrDefault(at)?.Nominal ?? 0;

    public decimal Usage(FlavorResource at) => _usage.GetValueOrDefault(at);

    /// <summary>What is used above the nominal quota.</summary>
    public decimal Borrowed(FlavorResource at) => Parent is null ? 0 : Math.Max(0, Usage(at) - Nominal(at));

    /// <summary>True when more is used here and below than was granted here and below.</summary>
    public bool IsOverQuota(FlavorResource at) => Usage(at) > Subtree(at);

    /// <summary>True when what was granted here and below suffices for what is used of it and this amount.</summary>
    public bool Grants(FlavorResource at, decimal amount) => Usage(at) + amount <= Subtree(at);

    /// <summary>What is kept back from the siblings and not used.</summary>
    public decimal KeptUnused(FlavorResource at) => Math.Max(0, Kept(at) - Usage(at));

    /// <summary>True when this amount is granted to a part of the tree with this node in it, so that others there owe it to it.</summary>
    public bool MayReclaim(FlavorResource at, decimal amount) =>
        Parent is not null && (Grants(at, amount) || Parent.MayReclaim(at, Math.Max(0, amount - KeptUnused(at))));

    /// <summary>True when <paramref name="cohort"/> is somewhere above this node.</summary>
    public bool IsBelow(QuotaNode cohort) => Parent is not null && (Parent == cohort || Parent.IsBelow(cohort));

    /// <summary>What may be taken now. Negative when a quota was lowered under what is used.</summary>
    public decimal Available(FlavorResource at)
    {
        if (Parent is null) return Subtree(at) - Usage(at);
        decimal kept = Kept(at);
        decimal fromParent = Parent.Available(at);
        if (_quotas.GetValueOrDefault(at)?.BorrowingLimit is { } limit)
        {
            decimal stored = Subtree(at) - kept;
            decimal used = Math.Max(0, Usage(at) - kept);
            fromParent = Math.Min(stored - used + limit, fromParent);
        }
        return KeptUnused(at) + fromParent;
    }

    /// <summary>What could be taken if nothing else were used: the maximum capacity.</summary>
    public decimal PotentialAvailable(FlavorResource at)
    {
        if (Parent is null) return Subtree(at);
        decimal all = Kept(at) + Parent.PotentialAvailable(at);
        return _quotas.GetValueOrDefault(at)?.BorrowingLimit is { } limit ? Math.Min(Subtree(at) + limit, all) : all;
    }

    public void Take(FlavorResource at, decimal amount)
    {
        decimal own = KeptUnused(at);
        _usage[at] = Usage(at) + amount;
        if (Parent is not null && amount > own) Parent.Take(at, amount - own);
    }

    /// <summary>Undoes a <see cref="Take"/>.</summary>
    public void Give(FlavorResource at, decimal amount)
    {
        decimal lent = Usage(at) - Kept(at);
        _usage[at] = Usage(at) - amount;
        if (Parent is not null && lent > 0) Parent.Give(at, Math.Min(amount, lent));
    }

    private decimal Subtree(FlavorResource at) => Nominal(at) + _children.Sum(child => child.Subtree(at) - child.Kept(at));

    /// <summary>Kept back from the siblings.</summary>
    private decimal Kept(FlavorResource at) =>
        Parent is not null && _quotas.GetValueOrDefault(at)?.LendingLimit is { } limit ? Math.Max(0, Subtree(at) - limit) : 0;
}

namespace Portal.Core.Waiting;

/// <summary>Why something waits, in numbers. Names of other projects are not in it: namespaces are, for the service to turn into names.</summary>
/// <param name="Kind">The one thing that it waits for.</param>
/// <param name="Rows">Each resource and pool that it may use: needed, free, short by.</param>
public sealed record WaitAnalysis(WaitKind Kind, IReadOnlyList<WaitRow> Rows)
{
    /// <summary>The ClusterQueue that it stands in, or empty.</summary>
    public string ClusterQueue { get; init; } = "";

    /// <summary>When Kueue puts it back into its queue; only with <see cref="WaitKind.Backoff"/>.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>True where the head of the queue blocks the others.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Its place in the ClusterQueue with all projects' workloads counted, from 1; 0 when it stands in none.</summary>
    public int Position { get; init; }

    /// <summary>Its priority in the queue.</summary>
    public int Priority { get; init; }

    /// <summary>Those before it, first first.</summary>
    public IReadOnlyList<WaitRival> Ahead { get; init; } = [];

    /// <summary>True where those before it take what is free, or let nobody pass.</summary>
    public bool IsTaken { get; init; }

    /// <summary>What those before it will take of what decides, first first: of its own queue, and of those that borrow of the same.</summary>
    public IReadOnlyList<decimal> Before { get; init; } = [];

    /// <summary>Who holds what it is short of, most first.</summary>
    public IReadOnlyList<WaitHolder> Holders { get; init; } = [];

    /// <summary>What would start now.</summary>
    public IReadOnlyList<StartOption> Options { get; init; } = [];

    /// <summary>The nodes that it may use, or null where they say nothing new.</summary>
    public NodeFit? Nodes { get; init; }

    /// <summary>
    /// The resource that decides, in the pool that is nearest to having it: accelerators that are short, else what is shortest of
    /// the rest, else the accelerators, else the first.
    /// </summary>
    public WaitRow? Bottleneck => Rows.GroupBy(r => r.Key.Resource).Select(pools => pools.MinBy(r => r.ShareMissing)!)
        .OrderBy(r => r.ShortBy > 0 ? 0 : 1).ThenBy(r => r.IsAccelerator ? 0 : 1).ThenByDescending(r => r.ShareMissing).FirstOrDefault();

    /// <summary>Workloads in other queues of its cohort that wait for the same resource of the same pool.</summary>
    public int Elsewhere { get; init; }
}

/// <summary>A resource of a pool.</summary>
/// <param name="Needed">What the workload asks for, cores, bytes or pieces.</param>
/// <param name="Free">What its queue can take now, borrowing counted; below 0 where it holds more than it may, and that has to end first.</param>
/// <param name="Capacity">Most that its queue could ever hold.</param>
/// <param name="Lent">What others hold above their own quota.</param>
/// <param name="Reclaimable">What of that the queue may take back.</param>
public sealed record WaitRow(ResourceKey Key, decimal Needed, decimal Free, decimal Capacity, decimal Lent, decimal Reclaimable)
{
    /// <summary>What is missing now.</summary>
    public decimal ShortBy => Math.Max(0, Needed - Free);

    /// <summary>What is missing of what is needed, 0 to 1.</summary>
    public decimal ShareMissing => ShortBy / Math.Max(Needed, 1e-9m);

    /// <summary>True for extended resources, which are counted in whole pieces.</summary>
    public bool IsAccelerator => Key.Resource.Contains('/', StringComparison.Ordinal);
}

/// <summary>A workload before this one in the queue.</summary>
/// <param name="Amount">What it asks for of the resource that decides.</param>
public sealed record WaitRival(string Namespace, decimal Amount, int Priority, DateTimeOffset QueuedAt);

/// <summary>Workloads of one namespace that hold what is short.</summary>
/// <param name="Borrowed">What of it is above the namespace's own quota.</param>
/// <param name="Since">When the oldest of them was admitted; null for what the nodes carry, of which that is not known.</param>
public sealed record WaitHolder(string Namespace, ResourceKey Key, decimal Amount, decimal Borrowed, DateTimeOffset? Since, int Workloads);

/// <summary>Something that would start sooner.</summary>
/// <param name="Amount">Pieces to ask for, of all pods together.</param>
public sealed record StartOption(StartOptionKind Kind, ResourceKey Key, decimal Amount)
{
    /// <summary>Pods that would have as much of it each.</summary>
    public int Pods { get; init; } = 1;
}

/// <summary>The sorts of it.</summary>
public enum StartOptionKind
{
    /// <summary>The same pool with fewer pieces: starts now.</summary>
    Smaller,

    /// <summary>Fewer cores and less memory: starts now.</summary>
    SmallerSize,

    /// <summary>Another pool that has enough: starts now.</summary>
    OtherPool,

    /// <summary>More quota of the pool: starts once it is granted.</summary>
    MoreQuota,
}

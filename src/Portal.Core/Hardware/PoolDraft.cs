namespace Portal.Core.Hardware;

/// <summary>What the form for a new pool holds, mostly filled in from a <see cref="PoolProposal"/>.</summary>
/// <param name="Id">Made with the form; also its idempotency key.</param>
/// <param name="Capacity">Units that may be promised; asked for as a decimal so that a fraction can be refused in words.</param>
public sealed record PoolDraft(Guid Id, string Name, string ResourceName, decimal Capacity, decimal PricePerHour)
{
    /// <summary>The cluster that its nodes belong to.</summary>
    public Guid? ClusterId { get; init; }

    /// <summary>Labels that its nodes carry, all of them; they tell which nodes are the pool's.</summary>
    public IReadOnlyDictionary<string, string> NodeLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>Taints of its nodes, which its workloads tolerate.</summary>
    public IReadOnlyList<NodeTaint> Taints { get; init; } = [];

    /// <summary>Teams that may ask for it; empty allows all.</summary>
    public IReadOnlyList<Guid> AllowedTeams { get; init; } = [];
}

/// <summary>What can be changed of a pool.</summary>
/// <param name="Generation">The generation that the page showed; an older one is refused.</param>
public sealed record PoolEdit(Guid Id, long Generation, string Name, decimal Capacity, decimal PricePerHour, PoolState State)
{
    /// <summary>Labels that a node must carry; null leaves them as they are.</summary>
    public IReadOnlyDictionary<string, string>? NodeLabels { get; init; }

    /// <summary>Taints of its nodes; null leaves them as they are.</summary>
    public IReadOnlyList<NodeTaint>? Taints { get; init; }

    /// <summary>Teams that may ask for it from now on; empty allows all.</summary>
    public IReadOnlyList<Guid> AllowedTeams { get; init; } = [];
}

namespace Portal.Core.Hardware;

/// <summary>What the form for a new pool holds, mostly filled in from a <see cref="PoolProposal"/>.</summary>
/// <param name="Id">Made with the form; also its idempotency key.</param>
/// <param name="Capacity">Units that may be promised; asked for as a decimal so that a fraction can be refused in words.</param>
public sealed record PoolDraft(Guid Id, string Name, string ResourceName, decimal Capacity, decimal PricePerHour)
{
    /// <summary>The cluster that its nodes belong to.</summary>
    public Guid? ClusterId { get; init; }

    public IReadOnlyDictionary<string, string> NodeLabels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<NodeTaint> Taints { get; init; } = [];

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

    public IReadOnlyList<Guid> AllowedTeams { get; init; } = [];
}

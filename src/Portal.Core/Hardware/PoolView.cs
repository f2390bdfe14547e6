namespace Portal.Core.Hardware;

/// <summary>A pool as pages show it.</summary>
/// <param name="Age">Time since the cluster last spoke of its nodes; null when it never did.</param>
public sealed record PoolView(HardwarePool Pool, PoolUsage Usage, TimeSpan? Age)
{
    /// <summary>Name of the cluster that its nodes are in; empty in an installation without one.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>True when the cluster has been silent so long that what is said of nodes and use is old.</summary>
    public bool IsOld { get; init; }

    /// <summary>Other pools that promise some of the same units.</summary>
    public IReadOnlyList<PoolOverlap> Doubled { get; init; } = [];

    /// <summary>Taints of its nodes that keep its workloads off.</summary>
    public IReadOnlyList<NodeTaint> Untolerated { get; init; } = [];

    /// <summary>Units that can still be promised.</summary>
    public int Free => Pool.Ledger.Free;

    /// <summary>Units promised and not held by a pod now.</summary>
    public int Idle => Math.Max(0, Pool.Ledger.Granted - Usage.InUse);

    /// <summary>Promised units that no ready node offers: a node went away, or was never there. 0 while nothing is known.</summary>
    public int Overcommitted => Age is null ? 0 : Math.Max(0, Pool.Ledger.Granted - Usage.Observed);

    /// <summary>How many of <paramref name="amount"/> further promised units no ready node would offer. 0 while nothing is known.</summary>
    public int Unbacked(int amount) => Age is null ? 0 : Math.Clamp(Pool.Ledger.Granted + amount - Usage.Observed, 0, Math.Max(0, amount));

    /// <summary>Units of capacity that no ready node offers. 0 while nothing is known.</summary>
    public int Missing => Age is null ? 0 : Math.Max(0, Pool.Ledger.Capacity - Usage.Observed);
}

/// <summary>A cluster as the place of a new pool.</summary>
/// <param name="Region">Where it stands, or empty.</param>
/// <param name="Age">Time since it last spoke of its nodes; null when it never did.</param>
/// <param name="Offers">What its nodes have and no pool takes yet, largest first.</param>
public sealed record PoolSource(Guid ClusterId, string Cluster, string Region, TimeSpan? Age, IReadOnlyList<PoolProposal> Offers);

/// <summary>A project that holds units of a pool.</summary>
public sealed record PoolHolder(Guid ProjectId, string Project, string Team, int Granted, int Running, int Waiting);

/// <summary>A team's budget for a pool.</summary>
/// <param name="Limit">Units that its leads may grant.</param>
/// <param name="Granted">Units that its projects hold.</param>
public sealed record TeamBudgetView(Guid TeamId, string Team, int Limit, int Granted);

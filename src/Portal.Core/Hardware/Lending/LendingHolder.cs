namespace Portal.Core.Hardware.Lending;

/// <summary>A project that holds units of a pool, or a part of the processors or the memory, and what it does with them now.</summary>
/// <param name="Granted">Units granted to it in their period.</param>
/// <param name="Running">Units that its pods hold.</param>
/// <param name="Waiting">Units that its queued workloads wait for.</param>
public sealed record LendingHolder(Guid ProjectId, string Project, Guid TeamId, string Team, int Granted, int Running = 0, int Waiting = 0)
{
    /// <summary>
    /// For each of its workloads that runs on the pool, the time until its limit ends it; null for one without a limit,
    /// such as a notebook.
    /// </summary>
    public IReadOnlyList<TimeSpan?> Remaining { get; init; } = [];

    /// <summary>What it holds of each other pool of the cluster: whether it takes units back is one thing for all its pools.</summary>
    public IReadOnlyList<HeldUnits> Elsewhere { get; init; } = [];

    /// <summary>Units it uses that are not its own.</summary>
    public int Borrowed => Math.Max(0, Running - Granted);

    /// <summary>The same project where another pool is lent otherwise.</summary>
    internal LendingHolder Under(Guid poolId, PoolLending lending) =>
        this with { Elsewhere = [.. Elsewhere.Select(e => e.PoolId == poolId ? e with { Policy = lending.For(TeamId) } : e)] };

    /// <summary>What holds for it in each other pool of which it lends something.</summary>
    internal IEnumerable<LendingPolicy> LentElsewhere => Elsewhere.Where(e => e.Policy.Lends(e.Units) > 0).Select(e => e.Policy);
}

/// <summary>Units of a pool that a project holds.</summary>
/// <param name="Units">Granted to it in their period.</param>
/// <param name="Policy">What holds for its team in that pool.</param>
public sealed record HeldUnits(Guid PoolId, int Units, LendingPolicy Policy);

/// <summary>A project with its part of the processors or the memory.</summary>
/// <param name="Holder">With the part that it is guaranteed as what was granted to it.</param>
/// <param name="BorrowLimit">Most that it may use on top of that.</param>
public sealed record CommonHolder(LendingHolder Holder, int BorrowLimit);

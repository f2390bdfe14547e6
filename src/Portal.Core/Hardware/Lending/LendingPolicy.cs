namespace Portal.Core.Hardware.Lending;

/// <summary>What happens to units of a pool that were granted to a project and that it does not use now.</summary>
public sealed record LendingPolicy
{
    /// <summary>Nothing is lent and nothing borrowed: what a project may use is what somebody approved.</summary>
    public static readonly LendingPolicy None = new();

    /// <summary>Which way idle units go; the limits below count only in the modes that they belong to.</summary>
    public LendingMode Mode { get; init; }

    /// <summary>Most of its grant that a project lends, in percent, 0 to 100; what is left over is always kept for it.</summary>
    public int LendPercent { get; init; } = 100;

    /// <summary>Most units that a project borrows on top of its grant; null for whatever others lend.</summary>
    public int? BorrowLimit { get; init; }

    /// <summary>Share in what is lent, compared with the weights of others; 0 is always last.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>
    /// True when the owner takes lent units back at once, and the borrower's run is stopped and queued again. Otherwise they
    /// come back when the borrower's run ends.
    /// </summary>
    public bool Reclaim { get; init; } = true;

    /// <summary>
    /// Kueue knows one weight of a queue or cohort, not one for each flavor: the highest that a pool gives it. A pool of
    /// which nothing is borrowed has no say, so that 0 stays last wherever something is.
    /// </summary>
    public static int WeightOf(IEnumerable<LendingPolicy> pools) =>
        pools.Where(p => p.Mode == LendingMode.LendAndBorrow).Select(p => p.Weight).DefaultIfEmpty(1).Max();

    /// <summary>
    /// True when a project takes back at once what it lends. Kueue knows reclaiming for a queue, not for a flavor: one pool with it
    /// turns it on for all that the project lends, cores and memory among it. It is off only where its pools lend without it.
    /// </summary>
    /// <param name="lent">What holds for the project in each pool of which it lends something.</param>
    public static bool TakesBack(IReadOnlyCollection<LendingPolicy> lent) => lent.Count == 0 || lent.Any(p => p.Reclaim);

    /// <summary>Units of a grant that others may use while they are idle.</summary>
    public int Lends(int granted) => Mode == LendingMode.Never ? 0 : (int)((long)granted * LendPercent / 100);

    /// <summary>Most units that a project with a grant may use on top of it, whoever lends them.</summary>
    /// <param name="capacity">Units that the pool has.</param>
    public int MayBorrow(int granted, int capacity) =>
        Mode == LendingMode.LendAndBorrow ? Math.Min(BorrowLimit ?? int.MaxValue, Math.Max(0, capacity - granted)) : 0;
}

/// <summary>Which way idle units go.</summary>
public enum LendingMode
{
    /// <summary>Idle units stay idle.</summary>
    Never,

    /// <summary>Others may use them; nothing is borrowed in return.</summary>
    Lend,

    /// <summary>Both ways.</summary>
    LendAndBorrow,
}

/// <summary>The lending of a pool: one policy for all, and others for the teams that have their own.</summary>
public sealed record PoolLending
{
    /// <summary>For every team that has no policy of its own.</summary>
    public LendingPolicy Default { get; init; } = LendingPolicy.None;

    /// <summary>By team id; a team that is not here follows <see cref="Default"/>.</summary>
    public IReadOnlyDictionary<Guid, LendingPolicy> Teams { get; init; } = new Dictionary<Guid, LendingPolicy>();

    /// <summary>Nothing of the pool is lent.</summary>
    public static readonly PoolLending None = new();

    /// <summary>What holds for a team's projects.</summary>
    public LendingPolicy For(Guid teamId) => Teams.GetValueOrDefault(teamId, Default);
}

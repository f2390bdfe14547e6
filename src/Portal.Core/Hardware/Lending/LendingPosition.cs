namespace Portal.Core.Hardware.Lending;

/// <summary>A project that holds units of a pool, and what it does with them now.</summary>
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

    /// <summary>What holds for it in each other pool of which it lends something: whether it takes units back is one thing for all its pools.</summary>
    public IReadOnlyList<LendingPolicy> LentElsewhere { get; init; } = [];

    /// <summary>Units it uses that are not its own.</summary>
    public int Borrowed => Math.Max(0, Running - Granted);
}

/// <summary>What a project may do with a pool under a policy. Pure.</summary>
/// <param name="Nominal">Units that are its own.</param>
/// <param name="MayBorrow">Units it may use on top while their owners do not: its limit, and no more than others lend.</param>
/// <param name="MayBeTakenBack">How many of those their owners can take back at once, by stopping what uses them.</param>
/// <param name="MayLend">Units of its own that others may use.</param>
/// <param name="Return">How it gets lent units back.</param>
public sealed record LendingPosition(Guid ProjectId, int Nominal, int MayBorrow, int MayBeTakenBack, int MayLend, LendingReturn Return)
{
    /// <summary>Most units it can use when the others use none of theirs.</summary>
    public int Most => Nominal + MayBorrow;

    /// <summary>The positions of all who hold units of a pool.</summary>
    /// <param name="capacity">Units that the pool has.</param>
    public static IReadOnlyList<LendingPosition> All(int capacity, PoolLending lending, IReadOnlyCollection<LendingHolder> holders)
    {
        var lent = holders.ToDictionary(h => h.ProjectId, h => lending.For(h.TeamId).Lends(h.Granted));
        var back = holders.ToDictionary(h => h.ProjectId, h => LendingPolicy.TakesBack([lending.For(h.TeamId), .. h.LentElsewhere]) ? lent[h.ProjectId] : 0);
        var (lentByAll, backByAll) = (lent.Values.Sum(), back.Values.Sum());
        return
        [
            .. holders.Select(h =>
            {
                var policy = lending.For(h.TeamId);
                var borrows = Math.Min(policy.MayBorrow(h.Granted, capacity), lentByAll - lent[h.ProjectId]);
                return new LendingPosition(
                    h.ProjectId, h.Granted, borrows, Math.Min(borrows, backByAll - back[h.ProjectId]), lent[h.ProjectId],
                    LendingReturn.For(lent[h.ProjectId], back[h.ProjectId] > 0, holders.Where(o => o.ProjectId != h.ProjectId)));
            }),
        ];
    }
}

/// <summary>How a project gets units back that it lends.</summary>
/// <param name="Within">Longest time until the runs that borrow now end by their limits; only with <see cref="ReturnKind.Within"/>.</param>
public sealed record LendingReturn(ReturnKind Kind, TimeSpan? Within = null)
{
    internal static LendingReturn For(int lends, bool takesBack, IEnumerable<LendingHolder> others)
    {
        if (lends == 0)
            return new LendingReturn(ReturnKind.NothingLent);
        if (takesBack)
            return new LendingReturn(ReturnKind.AtOnce);
        var borrowing = others.Where(o => o.Borrowed > 0).SelectMany(o => o.Remaining).ToList();
        if (borrowing.Count == 0)
            return new LendingReturn(ReturnKind.NobodyBorrows);
        return borrowing.Contains(null)
            ? new LendingReturn(ReturnKind.NoLimit)
            : new LendingReturn(ReturnKind.Within, borrowing.Max());
    }
}

/// <summary>Ways in which lent units come back.</summary>
public enum ReturnKind
{
    /// <summary>Nothing of it is lent.</summary>
    NothingLent,

    /// <summary>By stopping who borrows.</summary>
    AtOnce,

    /// <summary>Nobody borrows at the moment; later, when the borrower's run ends.</summary>
    NobodyBorrows,

    /// <summary>When the runs that borrow end by their time limits.</summary>
    Within,

    /// <summary>Something without a time limit borrows: when somebody stops it.</summary>
    NoLimit,
}

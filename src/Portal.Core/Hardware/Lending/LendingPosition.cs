namespace Portal.Core.Hardware.Lending;

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
    public static IReadOnlyList<LendingPosition> All(int capacity, PoolLending lending, IReadOnlyCollection<LendingHolder> holders) =>
        All(LendingTerms.Of(capacity, lending, holders));

    internal static IReadOnlyList<LendingPosition> All(IReadOnlyCollection<LendingTerms> terms)
    {
        // Memory of all together, in MiB, can be more than an int holds.
        var lentByAll = terms.Sum(t => (long)t.Lends);
        var backByAll = terms.Where(t => t.TakesBack).Sum(t => (long)t.Lends);
        return
        [
            .. terms.Select(t =>
            {
                var borrows = (int)Math.Min(t.BorrowLimit, lentByAll - t.Lends);
                return new LendingPosition(
                    t.Holder.ProjectId, t.Holder.Granted, borrows, (int)Math.Min(borrows, backByAll - (t.TakesBack ? t.Lends : 0)), t.Lends,
                    LendingReturn.For(t.Lends, t.TakesBack, terms.Select(o => o.Holder).Where(h => h.ProjectId != t.Holder.ProjectId)));
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

namespace Portal.Core.Hardware.Lending;

/// <summary>Who gains and who loses when a pool's lending changes. Pure.</summary>
/// <param name="Lines">One for each project that holds units: those whose position changes first, and last those of other pools.</param>
public sealed record LendingPreview(IReadOnlyList<LendingLine> Lines)
{
    /// <summary>Compares the policy that stands with the one that is being written.</summary>
    /// <param name="capacity">Units that the pool has.</param>
    public static LendingPreview Compare(int capacity, PoolLending before, PoolLending after, IReadOnlyCollection<LendingHolder> holders) =>
        Compare(holders, LendingPosition.All(capacity, before, holders), LendingPosition.All(capacity, after, holders));

    /// <summary>
    /// Those whose position in another pool changes with the policy that is being written: whether a project takes units back is one
    /// thing for all its pools.
    /// </summary>
    /// <param name="pool">The other pool's name.</param>
    /// <param name="lending">The other pool's lending, which stays.</param>
    /// <param name="before">Who holds units of it, as things are.</param>
    /// <param name="after">The same, with the policy that is being written.</param>
    public static IEnumerable<LendingLine> InAnotherPool(
        string pool, int capacity, PoolLending lending, IReadOnlyCollection<LendingHolder> before, IReadOnlyCollection<LendingHolder> after) =>
        Compare(before, LendingPosition.All(capacity, lending, before), LendingPosition.All(capacity, lending, after)).Lines
            .Where(l => l.Before != l.After).Select(l => l with { Pool = pool });

    private static LendingPreview Compare(
        IReadOnlyCollection<LendingHolder> holders, IReadOnlyList<LendingPosition> before, IReadOnlyList<LendingPosition> after)
    {
        var (old, next) = (before.ToDictionary(p => p.ProjectId), after.ToDictionary(p => p.ProjectId));
        return new LendingPreview(
        [
            .. holders.Select(h => LendingLine.For(h, old[h.ProjectId], next[h.ProjectId]))
                .OrderBy(l => l.Effect == LendingEffect.Same).ThenBy(l => l.Holder.Project, StringComparer.Ordinal),
        ]);
    }
}

/// <summary>A project before and after.</summary>
/// <param name="StopsNow">Units that it borrows now and that their owners could take back at once, which they cannot today.</param>
public sealed record LendingLine(LendingHolder Holder, LendingPosition Before, LendingPosition After, LendingEffect Effect, int StopsNow)
{
    /// <summary>The other pool that the line is about; empty for the one whose lending is being written.</summary>
    public string Pool { get; init; } = "";

    internal static LendingLine For(LendingHolder holder, LendingPosition before, LendingPosition after)
    {
        var gains = after.MayBorrow > before.MayBorrow || (after.MayLend > 0 && Rank(after.Return) < Rank(before.Return) && before.MayLend > 0);
        var loses = after.MayBorrow < before.MayBorrow || after.MayLend > before.MayLend
            || (after.MayLend > 0 && before.MayLend > 0 && Rank(after.Return) > Rank(before.Return));
        // Giving less away is a gain too: what is kept is there without a wait.
        gains |= after.MayLend < before.MayLend;
        var atRisk = Math.Max(0, Math.Min(holder.Borrowed, after.MayBeTakenBack) - Math.Min(holder.Borrowed, before.MayBeTakenBack));
        loses |= atRisk > 0;
        var effect = (gains, loses) switch
        {
            (true, true) => LendingEffect.Both,
            (true, false) => LendingEffect.Gains,
            (false, true) => LendingEffect.Loses,
            _ => LendingEffect.Same,
        };
        return new LendingLine(holder, before, after, effect, atRisk);
    }

    private static int Rank(LendingReturn back) => back.Kind is ReturnKind.AtOnce ? 0 : 1;
}

/// <summary>What a change means for a project.</summary>
public enum LendingEffect
{
    /// <summary>Neither gains nor loses.</summary>
    Same,

    /// <summary>May borrow more, lends less, or gets back sooner what it lent.</summary>
    Gains,

    /// <summary>May borrow less, lends more, waits longer for what it lent, or borrows units now that can be taken back at once.</summary>
    Loses,

    /// <summary>Gains in one way and loses in another.</summary>
    Both,
}

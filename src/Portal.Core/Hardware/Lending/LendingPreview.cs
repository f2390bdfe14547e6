namespace Portal.Core.Hardware.Lending;

/// <summary>Who gains and who loses when a pool's lending changes. Pure.</summary>
/// <param name="Lines">
/// One for each project that holds units, those whose position changes first; last those whose position changes in another pool, or
/// in processors and memory.
/// </param>
public sealed record LendingPreview(IReadOnlyList<LendingLine> Lines)
{
    /// <summary>Most projects whose processors and memory are shown at once; the others are unfolded.</summary>
    public const int AtOnce = 10;

    /// <summary>
    /// The lines about processors and memory of all but the <see cref="AtOnce"/> projects of which these change most, each against the
    /// largest change of its sort. What is about units is never among them, nor is what stops somebody's work.
    /// </summary>
    public IReadOnlyList<LendingLine> Folded()
    {
        var common = Lines.Where(l => l.Resource != LentResource.Units).ToList();
        var largest = common.GroupBy(l => l.Resource).ToDictionary(g => g.Key, g => Math.Max(1d, g.Max(l => l.Moves)));
        var shown = common.GroupBy(l => l.Holder.ProjectId).OrderByDescending(g => g.Max(l => l.Moves / largest[l.Resource]))
            .ThenBy(g => g.First().Holder.Project, StringComparer.Ordinal).Take(AtOnce).Select(g => g.Key).ToHashSet();
        return [.. common.Where(l => l.StopsNow == 0 && !shown.Contains(l.Holder.ProjectId))];
    }

    /// <summary>Compares the policy that stands with the one that is being written.</summary>
    /// <param name="capacity">Units that the pool has.</param>
    public static LendingPreview Compare(int capacity, PoolLending before, PoolLending after, IReadOnlyCollection<LendingHolder> holders) =>
        new([.. Compare(LendingTerms.Of(capacity, before, holders), LendingTerms.Of(capacity, after, holders))]);

    /// <summary>
    /// Those whose position in another pool changes with the policy that is being written: whether a project takes units back is one
    /// thing for all its pools.
    /// </summary>
    /// <param name="other">The other pool, whose lending stays.</param>
    /// <param name="changed">The pool whose lending is being written, and what is written.</param>
    internal static IEnumerable<LendingLine> InAnotherPool(
        HardwarePool other, IReadOnlyCollection<LendingHolder> holders, (Guid PoolId, PoolLending Lending) changed) =>
        Compare(
            LendingTerms.Of(other.Ledger.Capacity, other.Lending, holders),
            LendingTerms.Of(other.Ledger.Capacity, other.Lending, holders.Select(h => h.Under(changed.PoolId, changed.Lending))))
            .Where(l => l.Before != l.After).Select(l => l with { Pool = other.Name });

    /// <summary>
    /// Those whose processors or memory change with it: who takes units back lends these too, and who does not keeps them.
    /// </summary>
    /// <param name="resource">Which of the two.</param>
    /// <param name="holders">Everybody in the cluster who has a part of it, as things are.</param>
    /// <param name="changed">The pool whose lending is being written, and what is written.</param>
    public static IEnumerable<LendingLine> InCommon(
        LentResource resource, IReadOnlyCollection<CommonHolder> holders, (Guid PoolId, PoolLending Lending) changed) =>
        Compare(LendingTerms.Of(holders), LendingTerms.Of(holders.Select(h => h with { Holder = h.Holder.Under(changed.PoolId, changed.Lending) })))
            .Where(l => l.Before != l.After).Select(l => l with { Resource = resource });

    private static IEnumerable<LendingLine> Compare(IReadOnlyCollection<LendingTerms> before, IReadOnlyCollection<LendingTerms> after)
    {
        var (old, next) = (LendingPosition.All(before).ToDictionary(p => p.ProjectId), LendingPosition.All(after).ToDictionary(p => p.ProjectId));
        return before.Select(t => LendingLine.For(t.Holder, old[t.Holder.ProjectId], next[t.Holder.ProjectId]))
            .OrderBy(l => l.Effect == LendingEffect.Same).ThenBy(l => l.Holder.Project, StringComparer.Ordinal);
    }
}

/// <summary>What a line of a preview is about, and so in what its numbers are counted.</summary>
public enum LentResource
{
    /// <summary>Units of a pool.</summary>
    Units,

    /// <summary>Processors, in thousandths of a core.</summary>
    Cores,

    /// <summary>Memory, in MiB.</summary>
    Memory,
}

/// <summary>A project before and after.</summary>
/// <param name="StopsNow">What it borrows now and its owners could take back at once, which they cannot today.</param>
public sealed record LendingLine(LendingHolder Holder, LendingPosition Before, LendingPosition After, LendingEffect Effect, int StopsNow)
{
    /// <summary>The other pool that the line is about; empty for the one whose lending is being written, and for processors and memory.</summary>
    public string Pool { get; init; } = "";

    /// <summary>What it is about.</summary>
    public LentResource Resource { get; init; }

    /// <summary>The largest of its changes, in the unit of its resource.</summary>
    internal double Moves => new[]
    {
        (double)After.Most - Before.Most, (double)After.MayBeTakenBack - Before.MayBeTakenBack, (double)After.MayLend - Before.MayLend,
    }.Max(Math.Abs);

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

namespace Portal.Core.Hardware.Lending;

/// <summary>What its queue says of a project in one resource that is lent. Pure.</summary>
/// <param name="BorrowLimit">Most that it may use on top of its own.</param>
/// <param name="Lends">Of its own, what others may use.</param>
/// <param name="TakesBack">It takes that back at once.</param>
internal readonly record struct LendingTerms(LendingHolder Holder, int BorrowLimit, int Lends, bool TakesBack)
{
    /// <summary>Of all who hold units of a pool: the pool's lending says it.</summary>
    public static IReadOnlyList<LendingTerms> Of(int capacity, PoolLending lending, IEnumerable<LendingHolder> holders) =>
    [
        .. from holder in holders
           let policy = lending.For(holder.TeamId)
           let lends = policy.Lends(holder.Granted)
           select new LendingTerms(
               holder, policy.MayBorrow(holder.Granted, capacity), lends, lends > 0 && LendingPolicy.TakesBack([policy, .. holder.LentElsewhere])),
    ];

    /// <summary>Of all who have a part of the processors or the memory, which is lent by those who take it back and by nobody else.</summary>
    public static IReadOnlyList<LendingTerms> Of(IEnumerable<CommonHolder> holders) =>
    [
        .. from common in holders
           let takesBack = LendingPolicy.TakesBack([.. common.Holder.LentElsewhere])
           select new LendingTerms(common.Holder, common.BorrowLimit, takesBack ? common.Holder.Granted : 0, takesBack),
    ];
}

using Portal.Core.Results;

namespace Portal.Core.Hardware.Lending;

/// <summary>What a lending policy may say. Pure.</summary>
public static class LendingRules
{
    /// <summary>Highest weight; the lowest is 0.</summary>
    public const int WeightLimit = 100;

    /// <summary>Null when every policy of the pool is in order.</summary>
    public static Refusal? Check(PoolLending lending) =>
        Check(lending.Default) ?? lending.Teams.Values.Select(Check).FirstOrDefault(r => r is not null);

    private static Refusal? Check(LendingPolicy policy)
    {
        if (!Enum.IsDefined(policy.Mode))
            return new Refusal("lending.mode_unknown", Field: "Mode");
        if (policy.LendPercent is < 0 or > 100)
            return new Refusal("lending.percent_range", Field: "LendPercent").With("percent", policy.LendPercent);
        if (policy.BorrowLimit is < 0 or > PoolRules.CapacityLimit)
            return new Refusal("lending.borrow_range", Field: "BorrowLimit").With("limit", PoolRules.CapacityLimit);
        return policy.Weight is < 0 or > WeightLimit
            ? new Refusal("lending.weight_range", Field: "Weight").With("limit", WeightLimit)
            : null;
    }
}

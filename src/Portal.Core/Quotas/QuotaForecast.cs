namespace Portal.Core.Quotas;

/// <summary>What will happen to a wish if it is sent now. Pure.</summary>
/// <param name="Fits">The pool has the units free.</param>
/// <param name="Free">Units free for it now: those of the pool, and those that it takes over.</param>
/// <param name="FitsFrom">When enough grants end by themselves, if nothing else happens; null when it fits or never does.</param>
/// <param name="Decider">Who will decide.</param>
/// <param name="BudgetLeft">Units that the team's leads may still grant of the pool for it, with those that it takes over.</param>
/// <param name="PricePerDay">Price of the amount for 24 hours.</param>
/// <param name="PriceInAll">Price of the amount for the whole period.</param>
public sealed record QuotaForecast(
    bool Fits, int Free, DateTimeOffset? FitsFrom, QuotaDecider Decider, int BudgetLeft, decimal PricePerDay, decimal PriceInAll)
{
    /// <summary>The grant that it goes on from, with the units that it takes over; null where it stands for itself.</summary>
    public FollowedGrant? Follows { get; init; }

    /// <summary>Names of those who may decide, the requester left out.</summary>
    public IReadOnlyList<string> Deciders { get; init; } = [];

    /// <summary>Looks ahead.</summary>
    /// <param name="ends">End and units of each grant that the pool holds.</param>
    /// <param name="otherLead">True when the team has a lead who is not the requester.</param>
    public static QuotaForecast For(
        int amount, TimeSpan period, decimal pricePerHour, int free, int budgetLeft, bool otherLead,
        IEnumerable<(DateTimeOffset Until, int Units)> ends)
    {
        var fits = amount <= free;
        var perDay = amount * pricePerHour * 24;
        return new QuotaForecast(
            fits, free, fits ? null : FirstFit(amount - free, ends), DeciderOf(amount, budgetLeft, otherLead), budgetLeft,
            perDay, amount * pricePerHour * (decimal)period.TotalHours);
    }

    /// <summary>Who decides: a lead within the team's budget, an admin beyond it or where there is no other lead.</summary>
    public static QuotaDecider DeciderOf(int amount, int budgetLeft, bool otherLead) =>
        amount > budgetLeft ? QuotaDecider.AdminBeyondBudget : otherLead ? QuotaDecider.Lead : QuotaDecider.AdminNoOtherLead;

    private static DateTimeOffset? FirstFit(int shortBy, IEnumerable<(DateTimeOffset Until, int Units)> ends)
    {
        foreach (var (until, units) in ends.OrderBy(e => e.Until))
        {
            shortBy -= units;
            if (shortBy <= 0)
                return until;
        }
        return null;
    }
}

/// <summary>Who decides a request, and why them.</summary>
public enum QuotaDecider
{
    /// <summary>A lead of the team: it is within the team's budget.</summary>
    Lead,

    /// <summary>An admin: it goes beyond the team's budget.</summary>
    AdminBeyondBudget,

    /// <summary>An admin: the team has no lead but the requester.</summary>
    AdminNoOtherLead,
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portal.Core.Results;

namespace Portal.Core.Quotas;

/// <summary>What may be asked for and decided. Pure.</summary>
public static class QuotaRules
{
    /// <summary>Longest period of a request, in days.</summary>
    public const int PeriodLimitDays = 366;

    /// <summary>How far ahead a period may start, in days.</summary>
    public const int AheadLimitDays = 366;

    /// <summary>Longest reason, in characters.</summary>
    public const int ReasonLimit = 2000;

    /// <summary>Null when the wish makes sense by itself; the pool is asked afterwards.</summary>
    /// <param name="capacity">Units that the pool has in all.</param>
    public static Refusal? Check(QuotaDraft draft, int capacity, DateTimeOffset now) =>
        CheckAmount(draft.Amount, capacity) ?? CheckPeriod(draft.From, draft.Until, now) ?? CheckReason(draft.Reason);

    /// <summary>Null when <paramref name="amount"/> is a whole number from 1 to what the pool has.</summary>
    public static Refusal? CheckAmount(decimal amount, int capacity)
    {
        if (amount != decimal.Truncate(amount))
            return new Refusal("quota.amount_fraction", Field: "Amount").With("requested", amount);
        if (amount <= 0)
            return new Refusal("quota.amount_positive", Field: "Amount").With("requested", amount);
        return amount > capacity
            ? new Refusal("quota.amount_beyond_pool", Field: "Amount").With("requested", amount).With("capacity", capacity)
            : null;
    }

    /// <summary>Null when the period is in order, not over, not too long and not too far ahead.</summary>
    public static Refusal? CheckPeriod(DateTimeOffset from, DateTimeOffset until, DateTimeOffset now)
    {
        if (until <= from)
            return new Refusal("quota.dates_order", Field: "Until");
        // A day's grace: the reader's "today" began up to a day before now.
        if (from < now.AddDays(-1))
            return new Refusal("quota.from_past", Field: "From");
        if (until <= now)
            return new Refusal("quota.until_past", Field: "Until");
        if (from > now.AddDays(AheadLimitDays))
            return new Refusal("quota.from_far", Field: "From").With("days", AheadLimitDays);
        return until - from > TimeSpan.FromDays(PeriodLimitDays)
            ? new Refusal("quota.period_long", Field: "Until")
                .With("days", (int)Math.Ceiling((until - from).TotalDays)).With("limit", PeriodLimitDays)
            : null;
    }

    /// <summary>Null when a reason is given and not too long.</summary>
    public static Refusal? CheckReason(string? reason)
    {
        var length = reason?.Trim().Length ?? 0;
        if (length == 0)
            return new Refusal("quota.reason_empty", Field: "Reason");
        return length > ReasonLimit
            ? new Refusal("quota.reason_long", Field: "Reason").With("limit", ReasonLimit).With("length", length)
            : null;
    }

    /// <summary>Null when the request, as it stands, can be decided on what the decider saw.</summary>
    public static Refusal? CheckDecision(QuotaRequest request, QuotaDecision decision, DateTimeOffset now)
    {
        if (request.State != QuotaState.Submitted)
            return QuotaTransitions.WrongState(request.State);
        if (request.ContentHash != decision.ContentHash)
            return new Refusal("quota.stale", RefusalKind.Conflict);
        return request.Until <= now ? new Refusal("quota.period_over", RefusalKind.Conflict) : null;
    }

    /// <summary>Null when <paramref name="amount"/> may be granted: whole, at least 1, at most what was asked, less only with a reason.</summary>
    public static Refusal? CheckGrant(QuotaRequest request, decimal amount, string? reason)
    {
        if (amount != decimal.Truncate(amount))
            return new Refusal("quota.amount_fraction", Field: "Amount").With("requested", amount);
        if (amount <= 0)
            return new Refusal("quota.amount_positive", Field: "Amount").With("requested", amount);
        if (amount > request.Amount)
            return new Refusal("quota.grant_more", Field: "Amount").With("amount", amount).With("requested", request.Amount);
        return amount < request.Amount ? CheckReason(reason) : reason?.Length > ReasonLimit ? CheckReason(reason) : null;
    }

    /// <summary>Where an approved request goes at once.</summary>
    public static QuotaState AfterApproval(DateTimeOffset from, DateTimeOffset now) =>
        from <= now ? QuotaState.Active : QuotaState.Approved;

    /// <summary>True when the units count in the pool's ledger.</summary>
    public static bool HoldsUnits(QuotaState state) => state is QuotaState.Approved or QuotaState.Active;

    /// <summary>SHA-256, lower-case hex, of everything that a decision is about.</summary>
    public static string ContentHash(QuotaRequest request) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Join('\n', request.ProjectId, request.PoolId, request.Amount.ToString(CultureInfo.InvariantCulture),
            Instant(request.From), Instant(request.Until), request.Reason))));

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}

namespace Portal.Core.Quotas;

/// <summary>What the form for a quota request holds.</summary>
/// <param name="Id">Made with the form; also its idempotency key.</param>
/// <param name="Amount">Units; asked for as a decimal so that a fraction can be refused in words.</param>
/// <param name="From">First moment; earlier on the same day counts as now.</param>
/// <param name="Until">First moment after the period.</param>
public sealed record QuotaDraft(
    Guid Id, Guid ProjectId, Guid PoolId, decimal Amount, DateTimeOffset From, DateTimeOffset Until, string Reason);

/// <summary>A decision, with what it was made on.</summary>
/// <param name="ContentHash">The <see cref="QuotaRequest.ContentHash"/> that the page showed; an edit since then voids the decision.</param>
/// <param name="Reason">Needed when less is granted than asked for, and for a rejection.</param>
public sealed record QuotaDecision(Guid RequestId, string ContentHash, string Reason = "");

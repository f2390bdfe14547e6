using Portal.Core.Quotas;

namespace Portal.Api.Quotas;

/// <summary>A wish.</summary>
/// <param name="Amount">Whole units; a fraction is refused in words.</param>
/// <param name="From">First moment.</param>
/// <param name="Until">First moment after the period.</param>
/// <param name="Id">Chosen by the caller to make the call repeatable, or absent.</param>
public sealed record QuotaBody(Guid PoolId, decimal Amount, DateTimeOffset From, DateTimeOffset Until, string Reason = "", Guid? Id = null)
{
    internal QuotaDraft ToDraft(Guid id, Guid projectId) => new(id, projectId, PoolId, Amount, From, Until, Reason);
}

/// <summary>An approval of what was read.</summary>
/// <param name="ContentHash">The hash of the request that was read; a changed request is not decided.</param>
public sealed record ApproveBody(string ContentHash, decimal Amount, string Reason = "");

/// <summary>A rejection of what was read.</summary>
public sealed record RejectBody(string ContentHash, string Reason);

/// <summary>Why a grant is taken back.</summary>
public sealed record ReclaimBody(string Reason);

/// <summary>A request with what a decision needs.</summary>
/// <param name="ContentHash">Send it with the decision.</param>
/// <param name="Held">Units of the pool that the project holds already.</param>
public sealed record QuotaResponse(
    QuotaRow Request, string ContentHash, int PoolCapacity, int PoolGranted, QuotaForecast Forecast, int Held, UsageSummary Usage,
    IReadOnlyList<QuotaRival> Rivals, IReadOnlyList<QuotaStep> Steps, QuotaRights Rights)
{
    internal static QuotaResponse From(QuotaView view) => new(
        view.Row, view.ContentHash, view.Pool.Pool.Ledger.Capacity, view.Pool.Pool.Ledger.Granted, view.Forecast, view.Held, view.Usage,
        view.Rivals, view.Steps, view.Rights);
}

/// <summary>Units.</summary>
public sealed record AmountBody(decimal Amount);

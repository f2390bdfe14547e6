using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Pages.Quotas;

/// <summary>What is typed into the form of a request. Days are the reader's own.</summary>
public sealed class QuotaForm
{
    private const int PrefilledDays = 14;

    /// <summary>Made with the form; sending it twice makes one request.</summary>
    public Guid Id { get; private init; } = Guid.CreateVersion7();

    public Guid ProjectId { get; private init; }

    public Guid PoolId { get; set; }

    public decimal? Amount { get; set; } = 1;

    public DateOnly From { get; set; }

    /// <summary>Last day, included.</summary>
    public DateOnly Until { get; set; }

    public string Reason { get; set; } = "";

    /// <summary>Why it was not taken when it was sent; stands until something is changed.</summary>
    public Refusal? Refused { get; set; }

    /// <summary>Why it would not be taken as it stands, as the look ahead says.</summary>
    public Refusal? Foreseen { get; set; }

    /// <summary>The refusal to show.</summary>
    public Refusal? Shown => Refused ?? Foreseen;

    /// <summary>The refusal of a field, if there is one.</summary>
    public Refusal? RefusalOf(string field) => Shown?.Field == field ? Shown : null;

    /// <summary>A new request: two weeks from today.</summary>
    /// <param name="amount">What a link asks for, or null.</param>
    /// <param name="reason">What a link says why, or null.</param>
    public static QuotaForm For(Guid projectId, DateOnly today, int? amount = null, string? reason = null) => new()
    {
        ProjectId = projectId,
        From = today,
        Until = today.AddDays(PrefilledDays - 1),
        Amount = amount is > 0 ? amount : 1,
        Reason = reason is { Length: <= QuotaRules.ReasonLimit } ? reason : "",
    };

    /// <summary>The form of a request that is there.</summary>
    public static QuotaForm Of(QuotaRow row, Words say) => new()
    {
        Id = row.Id,
        ProjectId = row.ProjectId,
        PoolId = row.PoolId,
        Amount = row.Amount,
        From = say.DayOf(row.From),
        Until = say.DayOf(row.Until.AddTicks(-1)),
        Reason = row.Reason,
    };

    /// <summary>As the service takes it.</summary>
    public QuotaDraft ToDraft(Words say) =>
        new(Id, ProjectId, PoolId, Amount ?? 0, say.StartOf(From), say.StartOf(Until.AddDays(1)), Reason);
}

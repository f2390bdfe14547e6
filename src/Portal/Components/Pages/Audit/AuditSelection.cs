using Portal.Core.Audit;
using Portal.Localization;

namespace Portal.Components.Pages.Audit;

/// <summary>The filters of the page as the address holds them; days are the reader's.</summary>
public sealed record AuditSelection(
    string? Actor, string? Action, string? ObjectType, Guid? ObjectId, DateOnly? From, DateOnly? Until, bool Denied)
{
    /// <summary>The filter for the service.</summary>
    public AuditFilter In(ReaderZone zone) => new(
        Blank(Actor), Blank(ObjectType), ObjectId, Blank(Action),
        From is { } from ? zone.FromLocal(from.ToDateTime(TimeOnly.MinValue)) : null,
        // Until is a day, and that day belongs to the range.
        Until is { } until ? zone.FromLocal(until.AddDays(1).ToDateTime(TimeOnly.MinValue)) : null,
        Denied);

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

using Portal.Core.Drift.Csv;
using Portal.Core.Drift.Policy;
using Portal.Core.Drift.Reports;
using Portal.Core.Monitoring;

namespace Portal.Api.Monitoring;

/// <summary>A model to monitor.</summary>
/// <param name="Id">Own idempotency key; made when absent.</param>
public sealed record CreateModelRequest(Guid ProjectId, string Name, string? Version = null, WindowLength Window = WindowLength.Day, Guid? Id = null);

/// <summary>Limits of a feature.</summary>
public sealed record LimitsRequest(double PsiWarn = 0.1, double PsiDrift = 0.2, double W1Warn = 0.1, double W1Drift = 0.25, bool Critical = false);

/// <summary>A model with its latest windows.</summary>
public sealed record ModelResponse(
    Guid Id, string Name, string Version, Guid ProjectId, WindowLength Window, DateTimeOffset? AlertSince, ReferenceView? Reference,
    IReadOnlyList<WindowView> Windows, IReadOnlyList<FeatureResponse> Features, long Duplicates, long IdConflicts, long Unreadable)
{
    internal static ModelResponse From(ModelDashboard d) => new(
        d.Id, d.Name, d.Version, d.ProjectId, d.Window, d.AlertSince, d.Reference, d.Windows,
        [.. d.Features.Select(f => new FeatureResponse(f.Name, f.Kind, f.Role, [.. f.Results.Select(ResultResponse.From)]))],
        d.Duplicates, d.IdConflicts, d.Unreadable);
}

/// <summary>A feature with one result per window, null where the window has none.</summary>
public sealed record FeatureResponse(string Name, FeatureKind Kind, ColumnRole Role, IReadOnlyList<ResultResponse?> Results);

/// <summary>What a report says of a feature.</summary>
public sealed record ResultResponse(
    DriftLevel Level, IReadOnlyList<string> Reasons, long Values, double? Psi, double? W1, double? Ks, double? Q, double MissingRate)
{
    internal static ResultResponse? From(FeatureResult? r) => r is null ? null : new(
        r.Level, r.Reasons.Split(',', StringSplitOptions.RemoveEmptyEntries), r.Values, r.Psi, r.W1, r.Ks, r.Q, r.MissingRate);
}

using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Components.Shared.Charts;
using Portal.Core.Drift.Binning;
using Portal.Core.Drift.Policy;
using Portal.Core.Monitoring;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Pages.Monitoring;

/// <summary>Turns the report of a feature into charts, sentences and numbers.</summary>
public partial class FeaturePanel
{
    private ChartModel? _distribution;
    private ChartModel _overTime = default!;
    private FeatureDetail? _drawn;
    private FeatureLimits _limits = new();
    private (Guid Model, string Feature, bool Critical, DriftThresholds Limits) _filled;
    private bool _busy;

    [Parameter, EditorRequired]
    public ModelDashboard Model { get; set; } = default!;

    [Parameter, EditorRequired]
    public FeatureView Feature { get; set; } = default!;

    [Parameter, EditorRequired]
    public WindowView Window { get; set; } = default!;

    [Parameter, EditorRequired]
    public FeatureDetail Detail { get; set; } = default!;

    [Parameter]
    public Refusal? Refused { get; set; }

    /// <summary>The reader wants other limits.</summary>
    [Parameter]
    public EventCallback<FeatureLimits> OnLimits { get; set; }

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Monitoring> W { get; set; } = default!;

    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_drawn, Detail))
            return;
        _drawn = Detail;
        _distribution = Distribution();
        _overTime = OverTime();
        // Windows that arrive draw the panel anew; what is typed meanwhile stays.
        var stored = (Model.Id, Feature.Name, Detail.Limits.Critical, Detail.Limits.ToThresholds());
        if (stored == _filled)
            return;
        _filled = stored;
        _limits = new FeatureLimits
        {
            ModelId = Model.Id,
            Feature = Feature.Name,
            Critical = Detail.Limits.Critical,
            PsiWarn = Detail.Limits.PsiWarn,
            PsiDrift = Detail.Limits.PsiDrift,
            W1Warn = Detail.Limits.W1Warn,
            W1Drift = Detail.Limits.W1Drift,
        };
    }

    private ChartModel? Distribution()
    {
        if (Detail.Distribution is not { } shown)
            return null;
        ChartSeries[] series =
        [
            new(W["series.reference"], [.. shown.Reference.Select(v => (double?)Math.Round(100 * v, 3))]),
            new(W["series.current", WindowText.Full(Window.Start, Model.Window)], [.. shown.Current.Select(v => (double?)Math.Round(100 * v, 3))]),
        ];
        return shown.Edges is { } edges
            ? new HistogramChart(W["distribution.title"], "%", Feature.Name, edges, series)
            : new BarChart(W["distribution.title"], "%", Feature.Name, [.. shown.Labels!.Select(l => l == NumberLabel.New ? W["category.new"].Value : l.Length == 0 ? W["category.empty"] : l)], series);
    }

    private LineChart OverTime() => new(
        W["overtime.title"], null, W["axis.window"], [.. Model.Windows.Select(w => WindowText.Short(w.Start, Model.Window))],
        [new("PSI", [.. Feature.Results.Select(r => r?.Psi)])])
    {
        Dots = true,
        Lines = Limits(),
    };

    // Far below a large drift the two limits fall together; then only the one that matters is named.
    private ChartLine[] Limits()
    {
        var drift = new ChartLine(W["limit.drift"], Detail.Limits.PsiDrift);
        var highest = Feature.Results.Max(r => r?.Psi) ?? 0;
        return highest > 6 * (Detail.Limits.PsiDrift - Detail.Limits.PsiWarn) ? [drift] : [new(W["limit.warn"], Detail.Limits.PsiWarn), drift];
    }

    private string Explain(DriftReason reason) => reason switch
    {
        DriftReason.Distribution => W["reason.Distribution", Number(Detail.Drift.Distances?.Psi), Number(Detail.Drift.W1Normalised), Number(Detail.Decision.Q)],
        DriftReason.MissingRate => W["reason.MissingRate", Percent(Detail.Drift.Missing?.ReferenceRate), Percent(Detail.Drift.Missing?.CurrentRate)],
        DriftReason.OutOfRange => W["reason.OutOfRange", Detail.Drift.OutOfRange?.Count ?? 0, Percent(Detail.Drift.OutOfRange?.Rate)],
        _ => W["reason.NewCategories", Detail.Drift.CurrentCounts?[^1] ?? 0, string.Join(W["list.comma"], Detail.Drift.NewCategories?.Names.Take(5) ?? [])],
    };

    private IEnumerable<(string Name, string Value)> Numbers()
    {
        var drift = Detail.Drift;
        yield return (W["number.values"], $"{Say.Number(drift.Reference.Values)} → {Say.Number(drift.Current.Values)}");
        yield return (W["number.missing"], $"{Percent(drift.Missing?.ReferenceRate)} → {Percent(drift.Missing?.CurrentRate)}");
        if (drift.ReferenceStatistics is { } before && drift.CurrentStatistics is { } now)
        {
            yield return (W["number.mean"], $"{Number(before.Mean)} → {Number(now.Mean)}");
            yield return (W["number.deviation"], $"{Number(before.Deviation)} → {Number(now.Deviation)}");
            yield return (W["number.median"], $"{Number(before.Q50)} → {Number(now.Q50)}");
            yield return (W["number.range"], $"{Number(before.Min)} – {Number(before.Max)} → {Number(now.Min)} – {Number(now.Max)}");
        }

        yield return (W["number.psi"], Number(drift.Distances?.Psi));
        if (drift.Kolmogorov is { } ks)
        {
            yield return (W["number.w1"], Number(drift.W1Normalised));
            yield return (W["number.ks"], Number(ks.D));
        }

        yield return (W["number.js"], Number(drift.Distances?.JsDistance));
        yield return (W["number.q"], Number(Detail.Decision.Q));
        if (drift.Current.TypeErrors + drift.Current.Infinite > 0)
            yield return (W["number.errors"], Say.Number(drift.Current.TypeErrors + drift.Current.Infinite));
    }

    // Four digits that count, as long as that needs no exponent; only tiny probabilities are shown with one.
    private string Number(double? value) => value is not { } v ? "–" : Math.Abs(v) switch
    {
        0 => "0",
        >= 1000 => Say.Number(v, 0),
        >= 10 => Say.Number(v),
        >= 0.001 => Say.Number(v, 4),
        _ => v.ToString("0.0e+0", System.Globalization.CultureInfo.CurrentCulture),
    };

    private string Percent(double? rate) => rate is { } r ? Say.Number(100 * r, 1) + " %" : "–";

    private async Task SaveAsync()
    {
        if (_busy)
            return;
        _busy = true;
        try
        {
            await OnLimits.InvokeAsync(_limits);
        }
        finally
        {
            _busy = false;
        }
    }
}

using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using MudBlazor;
using Portal.Accounts;
using Portal.Components.Shared;
using Portal.Components.Shared.Charts;
using Portal.Core.Data;
using Portal.Core.Drift.Policy;
using Portal.Core.Monitoring;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Pages.Monitoring;

/// <summary>The dashboard of a model. Which window and feature are looked at is in the address.</summary>
public partial class ModelPage
{
    private const int MostRows = 40;

    private ModelDashboard? _model;
    private WindowView? _window;
    private int _windowIndex;
    private FeatureView? _feature;
    private FeatureDetail? _detail;
    private Refusal? _limitsRefused;
    private HeatMapChart? _heat;
    private IReadOnlyList<FeatureView> _rows = [];
    private int _heatHeight;

    [Parameter]
    public Guid Id { get; set; }

    /// <summary>Window to look at; the latest when absent.</summary>
    [SupplyParameterFromQuery(Name = "window")]
    public Guid? WindowId { get; set; }

    /// <summary>Feature to look at; the worst of the window when absent.</summary>
    [SupplyParameterFromQuery(Name = "feature")]
    public string? FeatureName { get; set; }

    [Inject]
    private MonitoringQueryService Query { get; set; } = default!;

    [Inject]
    private MonitoringService Service { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Monitoring> W { get; set; } = default!;

    [Inject]
    private Toasts Toasts { get; set; } = default!;

    protected override bool Concerns(RowChange change) =>
        change.Id == Id || (change.Kind == nameof(DriftWindow) && change.ProjectId == _model?.ProjectId);

    protected override async Task LoadAsync()
    {
        var actor = await Current.GetAsync();
        _model = Take(await Query.GetAsync(actor, Id, MonitoringQueryService.DefaultWindows, Gone));
        if (_model is null || _model.Windows.Count == 0)
        {
            _detail = null;
            return;
        }

        _windowIndex = Enumerable.Range(0, _model.Windows.Count).FirstOrDefault(i => _model.Windows[i].Id == WindowId, _model.Windows.Count - 1);
        _window = _model.Windows[_windowIndex];
        _feature = _model.Features.FirstOrDefault(f => f.Name == FeatureName)
            ?? _model.Features.MaxBy(f => (DriftBadges.Height(f.Results[_windowIndex]?.Level) ?? -1, f.Results[_windowIndex]?.Psi ?? 0));
        DrawHeat(_model);
        // In one step, and never nothing in between: the panel keeps what is typed into it.
        _detail = _feature is not null && await Query.FeatureAsync(actor, Id, _window.Id, _feature.Name, Gone) is { Succeeded: true } detail
            ? detail.Value : null;
    }

    // Worst features first, and no more than a screen can hold: the table lists all of them.
    private void DrawHeat(ModelDashboard model)
    {
        _rows = [.. model.Features.OrderByDescending(f => f.Results.Sum(r => DriftBadges.Height(r?.Level) ?? 0)).Take(MostRows)];
        var heat = new HeatMapChart(
            W["heat.title"], null, [.. model.Windows.Select(w => WindowText.Short(w.Start, model.Window))], [.. _rows.Select(f => f.Name)],
            [.. _rows.Select(f => (IReadOnlyList<double?>)[.. f.Results.Select(r => DriftBadges.Height(r?.Level))])])
        {
            Levels = [new(0, W["level.None"]), new(1, W["level.Warn"]), new(2, W["level.Drift"])],
        };
        _heatHeight = 90 + 22 * _rows.Count;
        // Drawing again only when something changed keeps the reader's place in the chart.
        if (_heat is null || !Same(_heat, heat))
            _heat = heat;
    }

    private static bool Same(HeatMapChart a, HeatMapChart b) =>
        a.Columns.SequenceEqual(b.Columns) && a.Rows.SequenceEqual(b.Rows) && a.Cells.Zip(b.Cells).All(p => p.First.SequenceEqual(p.Second));

    private void Choose(ChartChoice choice) => Navigator.NavigateTo(Address(_rows[choice.Row].Name, _model!.Windows[choice.Column].Id));

    private string Address(string feature, Guid window) => Navigator.GetUriWithQueryParameters(
        new Dictionary<string, object?> { ["feature"] = feature, ["window"] = window });

    private async Task SetLimitsAsync(FeatureLimits limits)
    {
        var result = await Service.SetLimitsAsync(await Current.GetAsync(), Id, limits, Gone);
        _limitsRefused = result.Refusal;
        if (!result.Succeeded)
            return;
        Toasts.Success(W["limits.done", limits.Feature]);
        await ReloadAsync();
    }

    private async Task DeleteAsync()
    {
        if (!await Dialogs.ConfirmAsync(W["delete.question", _model!.Name], W["delete"], W["delete.loses"], W["delete.keeps"]))
            return;
        var result = await Service.DeleteAsync(await Current.GetAsync(), Id, default);
        if (result.Succeeded)
            Navigator.NavigateTo("/monitoring");
        else
            Toasts.Error(Say.Of(result.Refusal));
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Microsoft.JSInterop;

namespace Portal.Components.Shared.Charts;

/// <summary>Hands the model to <c>js/chart.js</c> whenever it changes.</summary>
public sealed partial class Chart : IAsyncDisposable
{
    private ElementReference _canvas;
    private IJSObjectReference? _module;
    private DotNetObjectReference<Chart>? _self;
    private ChartTable _table = new([], []);
    private ChartModel? _drawn;
    private bool _asTable;

    [Parameter, EditorRequired]
    public ChartModel Model { get; set; } = default!;

    /// <summary>Pixels.</summary>
    [Parameter]
    public int Height { get; set; } = 260;

    /// <summary>The reader clicked a value; in the table view the values of a heat map are buttons for the same.</summary>
    [Parameter]
    public EventCallback<ChartChoice> OnChoose { get; set; }

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Shell> W { get; set; } = default!;

    /// <summary>Called by the script.</summary>
    [JSInvokable]
    public Task Choose(int row, int column) => InvokeAsync(() => OnChoose.InvokeAsync(new ChartChoice(row, column)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _self?.Dispose();
        if (_module is null)
            return;
        try
        {
            await _module.InvokeVoidAsync("remove", _canvas);
            await _module.DisposeAsync();
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException)
        {
            // The page is gone, and the drawing with it.
        }
    }

    /// <inheritdoc/>
    protected override void OnParametersSet() => _table = Model.Table();

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_asTable || _table.Rows.Count == 0 || ReferenceEquals(_drawn, Model))
            return;
        _drawn = Model;
        _module ??= await Script.InvokeAsync<IJSObjectReference>("import", "./js/chart.js");
        _self ??= DotNetObjectReference.Create(this);
        await _module.InvokeVoidAsync("draw", _canvas, Model.Spec(), CultureInfo.CurrentUICulture.Name, OnChoose.HasDelegate ? _self : null);
    }

    private async Task ToggleAsync()
    {
        if (!_asTable && _module is not null)
            await _module.InvokeVoidAsync("remove", _canvas);
        _asTable = !_asTable;
        _drawn = null;
    }

    private static string Text(double? value) => value?.ToString("#,0.####", CultureInfo.CurrentCulture) ?? "–";
}

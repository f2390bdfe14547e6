using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.Localization;
using Portal.Accounts;
using Portal.Components.Shared;
using Portal.Core.Access;
using Portal.Core.Monitoring;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Pages.Monitoring;

/// <summary>Streams files from the browser to the services, one at a time.</summary>
public partial class DataPanel
{
    private const long MostBytes = 4L << 30;

    private Refusal? _refused;
    private bool _busy;
    private string _file = "";
    private string? _prediction;
    private string? _label;
    private string? _time;
    private string? _ignored;

    [Parameter, EditorRequired]
    public ModelDashboard Model { get; set; } = default!;

    /// <summary>Something was taken.</summary>
    [Parameter]
    public EventCallback OnChanged { get; set; }

    [Inject]
    private MonitoringService Service { get; set; } = default!;

    [Inject]
    private DriftIngestService Ingest { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    [Inject]
    private Toasts Toasts { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Monitoring> W { get; set; } = default!;

    private string Commands
    {
        get
        {
            var address = $"{Navigator.BaseUri}api/v1/monitored-models/{Model.Id}";
            return $"""
                curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: text/csv" --data-binary @rows.csv {address}/data
                curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '[...]' {address}/rows
                {address}/events
                """;
        }
    }

    private Task SetReferenceAsync(InputFileChangeEventArgs chosen) => SendAsync(chosen, async (actor, file, content) =>
    {
        var options = new ReferenceOptions
        {
            Prediction = Name(_prediction),
            Label = Name(_label),
            Time = Name(_time),
            Ignored = (_ignored ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        };
        var result = await Service.SetReferenceAsync(actor, Model.Id, file, content, options, default);
        if (result.Succeeded)
            Toasts.Success(W["reference.done", file]);
        return result.Refusal;
    });

    private Task AddDataAsync(InputFileChangeEventArgs chosen) => SendAsync(chosen, async (actor, file, content) =>
    {
        var result = await Ingest.UploadAsync(actor, Model.Id, file, content, at: null, default);
        if (result.Succeeded)
            Toasts.Success(W["data.done", Say.Number(result.Value.Rows), result.Value.Windows]);
        return result.Refusal;
    });

    private async Task SendAsync(InputFileChangeEventArgs chosen, Func<Actor, string, Stream, Task<Refusal?>> send)
    {
        if (_busy || chosen.FileCount == 0)
            return;
        if (chosen.File.Size > MostBytes)
        {
            _refused = new Refusal("csv.too_large").With("limit", MostBytes >> 30);
            return;
        }
        (_busy, _file, _refused) = (true, chosen.File.Name, null);
        try
        {
            await using var content = chosen.File.OpenReadStream(MostBytes);
            _refused = await send(await Current.GetAsync(), chosen.File.Name, content);
        }
        finally
        {
            _busy = false;
        }
        if (_refused is null)
            await OnChanged.InvokeAsync();
    }

    private static string? Name(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Accounts;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Pages.Quotas;

/// <summary>One form for a new request and for changing one; says before it is sent whether it fits and who will decide.</summary>
public partial class RequestQuotaPage
{
    private static readonly string[] Fields = ["From", "Until"];

    private QuotaFormView? _choice;
    private QuotaForm? _form;
    private QuotaForecast? _forecast;
    private int _asked;
    private bool _busy;

    [Parameter]
    public Guid ProjectId { get; set; }

    /// <summary>The request to change, or null for a new one.</summary>
    [Parameter]
    public Guid? RequestId { get; set; }

    /// <summary>The pool chosen beforehand.</summary>
    [SupplyParameterFromQuery]
    public Guid? Pool { get; set; }

    /// <summary>The amount filled in beforehand.</summary>
    [SupplyParameterFromQuery]
    public int? Amount { get; set; }

    /// <summary>The reason filled in beforehand.</summary>
    [SupplyParameterFromQuery]
    public string? Reason { get; set; }

    [Inject]
    private QuotaQueryService Queries { get; set; } = default!;

    [Inject]
    private QuotaService Quotas { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Quotas> W { get; set; } = default!;

    private PoolView? Chosen => _choice?.Pools.FirstOrDefault(p => p.View.Pool.Id == _form?.PoolId)?.View;

    protected override bool Concerns(RowChange change) => change.Kind is nameof(HardwarePool) or nameof(QuotaRequest);

    protected override async Task LoadAsync()
    {
        var actor = await Current.GetAsync();
        if (_form is null && RequestId is { } id)
        {
            if (Take(await Queries.GetAsync(actor, id, Gone)) is not { } view)
                return;
            _form = QuotaForm.Of(view.Row, Say);
        }
        _choice = Take(await Queries.FormAsync(actor, _form?.ProjectId ?? ProjectId, Gone));
        if (_choice is null)
            return;
        _form ??= QuotaForm.For(ProjectId, Say.Today, Amount, Reason);
        if (Chosen is null && (_choice.Pools.FirstOrDefault(p => p.View.Pool.Id == Pool) ?? _choice.Pools.FirstOrDefault()) is { } first)
            _form.PoolId = first.View.Pool.Id;
        await ForeseeAsync(actor);
    }

    private Task ChooseAsync(QuotaPoolChoice pool) => SetAsync(() => _form!.PoolId = pool.View.Pool.Id);

    private async Task SetAsync(Action change)
    {
        change();
        _form!.Refused = null;
        await ForeseeAsync(await Current.GetAsync());
    }

    // The reason matters to people only, so it is filled in for the look ahead; an untouched form is not scolded for lacking it.
    private async Task ForeseeAsync(Actor actor)
    {
        if (Chosen is null)
            return;
        var asked = ++_asked;
        var draft = _form!.ToDraft(Say);
        var result = await Quotas.PreviewAsync(actor, draft with { Reason = draft.Reason.Trim().Length == 0 ? "-" : draft.Reason }, Gone);
        // Somebody typed on while it was asked: the later answer counts, whichever comes first.
        if (asked != _asked)
            return;
        _forecast = result.Succeeded ? result.Value : null;
        _form.Foreseen = result.Refusal;
    }

    private async Task SendAsync()
    {
        if (_busy)
            return;
        _busy = true;
        try
        {
            var actor = await Current.GetAsync();
            var draft = _form!.ToDraft(Say);
            Result result = RequestId is null ? await Quotas.SubmitAsync(actor, draft, default) : await Quotas.EditAsync(actor, draft, default);
            _form.Refused = result.Refusal;
            if (result.Succeeded)
                Navigator.NavigateTo($"/quotas/{_form.Id}");
        }
        finally
        {
            _busy = false;
        }
    }

    private string? ErrorOf(string field) => _form!.RefusalOf(field) is { } refusal ? Say.Of(refusal) : null;
}

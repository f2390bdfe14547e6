using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Accounts;
using Portal.Components.Shared;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Pages.Quotas;

/// <summary>
/// Where a request is decided. The decision names what the reader was shown: when the request changes underneath, the page
/// shows the new one, and it has to be looked at before anything can be decided.
/// </summary>
public partial class DecisionPanel
{
    private string _seen = "";
    private decimal? _amount;
    private string _reason = "";
    private Refusal? _refused;
    private bool _busy;

    [Parameter, EditorRequired]
    public QuotaView View { get; set; } = default!;

    [Inject]
    private QuotaDecisionService Decisions { get; set; } = default!;

    [Inject]
    private QuotaChangePreview Preview { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private Toasts Toasts { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Quotas> W { get; set; } = default!;

    // What is shown, weighed and sent is one: an emptied field means what was asked for.
    private decimal Amount => _amount ?? View.Row.Amount;

    private string ApproveWord => Amount < View.Row.Amount
        ? W["approve.less", Say.Number((double)Amount), View.Row.Amount] : W["approve", Say.Number((double)Amount)];

    private int Asked => (int)Math.Clamp(Amount, 0, View.Row.Amount);

    // The ledger counts what was said to be there; nodes that went away are only seen here.
    private int Unbacked => View.Pool.Unbacked(Math.Max(0, Asked - (View.Forecast.Follows?.Units ?? 0)));

    protected override void OnInitialized() => Accept();

    private void Accept()
    {
        _seen = View.ContentHash;
        _amount = View.Rights.Most > 0 ? View.Rights.Most : View.Row.Amount;
        _refused = null;
    }

    private Task ApproveAsync() => DecideAsync(
        async () => await Decisions.ApproveAsync(await Current.GetAsync(), Decision, Amount, default), W["approved", Amount, View.Row.Project]);

    private Task RejectAsync() => DecideAsync(
        async () => await Decisions.RejectAsync(await Current.GetAsync(), Decision, default), W["rejected", View.Row.Project]);

    private QuotaDecision Decision => new(View.Row.Id, _seen, _reason);

    private async Task DecideAsync(Func<Task<Result>> decide, string done)
    {
        if (_busy)
            return;
        _busy = true;
        try
        {
            var result = await decide();
            _refused = result.Refusal;
            if (result.Succeeded)
                Toasts.Success(done);
        }
        finally
        {
            _busy = false;
        }
    }
}

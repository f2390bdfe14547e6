using Microsoft.AspNetCore.Components;
using Portal.Accounts;
using Portal.Core.Hardware;
using Portal.Core.Results;

namespace Portal.Components.Pages.Hardware;

/// <summary>Filled in from what the nodes of one cluster offer and no pool takes yet.</summary>
public partial class NewPoolPage
{
    private readonly PoolForm _form = new();
    private IReadOnlyList<PoolSource> _sources = [];
    private PoolSource? _source;
    private List<string> _taken = [];
    private IReadOnlyList<TeamBudgetView> _teams = [];
    private PoolProposal? _proposal;

    // What the form was last filled in from: outlives a look at a cluster that offers nothing.
    private PoolProposal? _followed;
    private Refusal? _refused;
    private bool _loaded;
    private bool _busy;

    /// <summary>Which proposal, by its key; absent lets the admin choose.</summary>
    [SupplyParameterFromQuery]
    public string? From { get; set; }

    [Inject]
    private PoolQueryService Pools { get; set; } = default!;

    [Inject]
    private HardwareService Hardware { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var actor = await Current.GetAsync();
        var sources = await Pools.SourcesAsync(actor, default);
        _refused = sources.Refusal;
        _sources = sources.Succeeded ? sources.Value : [];
        if (await Pools.PoolsAsync(actor, default) is { Succeeded: true } pools)
            _taken = [.. pools.Value.Select(p => p.Pool.Name)];
        if (await Pools.BudgetsAsync(actor, Guid.Empty, default) is { Succeeded: true } teams)
            _teams = teams.Value;
        if (_sources.FirstOrDefault(s => From is null ? s.Offers.Count > 0 : s.Offers.Any(o => o.Key == From)) is { } offering)
            Open(offering);
        else if (From is null)
            _source = _sources.Count > 0 ? _sources[0] : null;
        if (_source?.Offers.FirstOrDefault(o => o.Key == From) is { } named)
            Choose(named);
        _loaded = true;
    }

    private void Open(PoolSource source)
    {
        (_source, _proposal, _form.Refused) = (source, null, null);
        if (source.Offers.Count > 0)
            Choose(source.Offers[0]);
    }

    private void Choose(PoolProposal proposal)
    {
        _form.Follow(proposal, _followed, _taken);
        (_followed, _proposal, _form.Refused) = (proposal, proposal, null);
    }

    private async Task CreateAsync()
    {
        if (_busy || _proposal is null)
            return;
        _form.Refused = _form.Missing;
        if (_form.Refused is not null)
            return;
        _busy = true;
        try
        {
            var result = await Hardware.CreateAsync(await Current.GetAsync(), _form.ToDraft(_proposal), default);
            _form.Refused = result.Refusal;
            if (result.Succeeded)
                Navigator.NavigateTo($"/hardware/{result.Value}");
        }
        finally
        {
            _busy = false;
        }
    }
}

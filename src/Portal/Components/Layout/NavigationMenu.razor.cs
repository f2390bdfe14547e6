using Microsoft.AspNetCore.Components;
using Portal.Accounts;
using Portal.Core.Data;
using Portal.Core.Quotas;

namespace Portal.Components.Layout;

/// <summary>The main navigation with the number of requests that wait for the reader.</summary>
public partial class NavigationMenu
{
    private NavigationEntry[] _entries = [];
    private NavigationEntry? _firstOfAdministration;
    private int _toDecide;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private QuotaQueryService Quotas { get; set; } = default!;

    /// <inheritdoc/>
    protected override bool Concerns(RowChange change) => change.Kind == nameof(QuotaRequest);

    /// <inheritdoc/>
    protected override async Task LoadAsync()
    {
        _entries = [.. Navigation.For(await Current.RoleAsync())];
        _firstOfAdministration = Array.Find(_entries, e => e.Administration);
        if (Array.Exists(_entries, e => e.Path == "/approvals"))
            _toDecide = Take(await Quotas.CountToDecideAsync(await Current.GetAsync(), Gone));
    }
}

using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Components.Shared.Lists;

/// <summary>What the markup of the list asks: which rows, in which order, from which place.</summary>
/// <typeparam name="T">A row.</typeparam>
public partial class DataList<T>
{
    private readonly List<ListColumn<T>> _columns = [];
    private Page<T> _page = new([]);
    private string? _loadedFor;

    /// <summary>What the list holds, for screen readers.</summary>
    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    /// <summary>Reads one page from a service.</summary>
    [Parameter, EditorRequired]
    public Func<ListQuery, CancellationToken, Task<Result<Page<T>>>> Load { get; set; } = default!;

    /// <summary>What identifies a row; keeps it in place when the list changes.</summary>
    [Parameter, EditorRequired]
    public Func<T, object> RowKey { get; set; } = default!;

    /// <summary>The <see cref="ListColumn{T}"/>s.</summary>
    [Parameter, EditorRequired]
    public RenderFragment ChildContent { get; set; } = default!;

    /// <summary>Shown when there are no rows at all: an <see cref="EmptyState"/> with the next step.</summary>
    [Parameter]
    public RenderFragment? Empty { get; set; }

    /// <summary>Further filters; they put their values into the address too, and the list then loads again.</summary>
    [Parameter]
    public RenderFragment? Filters { get; set; }

    /// <summary>Address of the CSV; it is given the same query string.</summary>
    [Parameter]
    public string? Export { get; set; }

    /// <summary>Entity names whose committed changes load the list again.</summary>
    [Parameter]
    public IReadOnlyCollection<string> Watch { get; set; } = [];

    [Parameter]
    public bool Searchable { get; set; } = true;

    [Parameter]
    public int PageSize { get; set; } = 25;

    /// <summary>Text of the search, from the address.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    public string? Q { get; set; }

    /// <summary>Column to sort by, with a leading minus for largest first, from the address.</summary>
    [SupplyParameterFromQuery(Name = "sort")]
    public string? Sort { get; set; }

    /// <summary>Page from 1, from the address.</summary>
    [SupplyParameterFromQuery(Name = "page")]
    public int? PageNumber { get; set; }

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Shell> W { get; set; } = default!;

    private Uri Here => new(Navigator.Uri);

    private string PathOnly => Here.AbsolutePath;

    private string ExportLink => Export + Here.Query;

    private int Number => Math.Clamp(PageNumber ?? 1, 1, 1_000_000);

    private int Skip => (Number - 1) * PageSize;

    private bool HasMore => _page.Total is { } total ? Skip + _page.Items.Count < total : _page.Items.Count == PageSize;

    private bool IsFiltered => Here.Query.Length > 1;

    private string Range => _page.Total is { } total
        ? W["list.range", Skip + 1, Skip + _page.Items.Count, total.ToString("#,0", System.Globalization.CultureInfo.CurrentCulture)]
        : W["list.rangeopen", Skip + 1, Skip + _page.Items.Count];

    internal void Add(ListColumn<T> column) => _columns.Add(column);

    internal void Remove(ListColumn<T> column) => _columns.Remove(column);

    /// <inheritdoc/>
    protected override bool Concerns(RowChange change) => Watch.Contains(change.Kind);

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        // The page around may draw for its own reasons; only another address is another list.
        if (_loadedFor == Navigator.Uri)
            return Task.CompletedTask;
        _loadedFor = Navigator.Uri;
        return base.OnParametersSetAsync();
    }

    /// <inheritdoc/>
    protected override async Task LoadAsync()
    {
        var descending = Sort is ['-', ..];
        var query = new ListQuery(string.IsNullOrWhiteSpace(Q) ? null : Q.Trim(), Skip, PageSize, descending ? Sort![1..] : Sort, descending);
        _page = Take(await Load(query, Gone)) ?? new([]);
    }

    private string? SortOf(ListColumn<T> column) => column.Sort is null ? null
        : Sort == column.Sort ? "ascending" : Sort == "-" + column.Sort ? "descending" : "none";

    private void SortBy(ListColumn<T> column) =>
        Go(new() { ["sort"] = Sort == column.Sort ? "-" + column.Sort : column.Sort, ["page"] = null });

    private void SearchAsync(string? text)
    {
        var next = string.IsNullOrWhiteSpace(text) ? null : text;
        if (next != Q)
            Go(new() { ["q"] = next, ["page"] = null });
    }

    private void GoTo(int page) => Go(new() { ["page"] = page <= 1 ? null : page });

    private void Go(Dictionary<string, object?> changes) =>
        Navigator.NavigateTo(Navigator.GetUriWithQueryParameters(changes), replace: true);
}

using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Components.Pages.Workloads;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Data;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Workloads;
using Portal.Localization;

namespace Portal.Components.Pages.Notebooks;

/// <summary>Everything is filled in: the way from here to a running notebook is one click.</summary>
public partial class LaunchNotebookPage
{
    private readonly Guid _id = Guid.CreateVersion7();
    private ProjectView? _project;
    private IReadOnlyList<AcceleratorOffer> _offers = [];
    private Refusal? _refused;
    private string _name = "";
    private string _image = "jupyter";
    private string _size = "small";
    private Guid? _pool;
    private int _accelerators;
    private bool _dropped;
    private int _idle = IdleRule.DefaultMinutes;
    private bool _busy;

    [Parameter]
    public Guid ProjectId { get; set; }

    /// <summary>The pool to start with, where a link names one.</summary>
    [SupplyParameterFromQuery]
    public Guid? Pool { get; set; }

    /// <summary>Accelerators to start with, where a link names them.</summary>
    [SupplyParameterFromQuery]
    public int? Accelerators { get; set; }

    /// <summary>The size to start with, where a link names one.</summary>
    [SupplyParameterFromQuery]
    public string? Size { get; set; }

    [Inject]
    private LaunchServices Services { get; set; } = default!;

    [Inject]
    private NotebookService Notebooks { get; set; } = default!;

    [Inject]
    private LaunchChangePreview Changes { get; set; } = default!;

    [Inject]
    private Catalogue Offered { get; set; } = default!;

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Notebooks> W { get; set; } = default!;

    private decimal Price => Offered.FindSize(_size) is { } size
        ? Offered.PricePerHour(size, _accelerators, _offers.FirstOrDefault(o => o.PoolId == _pool)?.PricePerHour ?? 0) : 0;

    private NotebookDraft Draft => new(_id, ProjectId, _name)
    {
        ImageId = _image,
        SizeId = _size,
        PoolId = _pool,
        Accelerators = _accelerators,
        IdleMinutes = _idle,
    };

    protected override bool Concerns(RowChange change) => false;

    protected override async Task LoadAsync()
    {
        if (_project is not null)
            return;
        var actor = await Services.ActorAsync();
        if (Take(await Services.ProjectAsync(ProjectId, Permission.NotebookRun, Gone)) is not { } project)
            return;
        _name = Take(await Notebooks.SuggestNameAsync(actor, ProjectId, Gone)) ?? "";
        _size = Size is { } size && Offered.FindSize(size) is not null ? size : _size;
        _offers = await Services.OffersAsync(ProjectId, Gone);
        (_pool, _accelerators, _dropped) = LaunchServices.Start(_offers, Pool, Accelerators ?? 0);
        _project = project;
    }

    private async Task LaunchAsync()
    {
        if (_busy)
            return;
        _busy = true;
        try
        {
            var result = await Notebooks.LaunchAsync(await Services.ActorAsync(), Draft, default);
            _refused = result.Refusal;
            if (result.Succeeded)
                Navigator.NavigateTo($"/notebook/{result.Value}");
        }
        finally
        {
            _busy = false;
        }
    }
}

using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Components.Pages.Projects.Objects;
using Portal.Components.Pages.Workloads;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Localization;

namespace Portal.Components.Pages.Training;

/// <summary>One form: from a template, or from another run. The price and the objects are shown before anything is applied.</summary>
public partial class LaunchTrainingPage
{
    private TrainingForm _form = new();
    private ProjectView? _project;
    private IReadOnlyList<AcceleratorOffer> _offers = [];
    private Refusal? _refused;
    private bool _dropped;
    private string? _preview;
    private WorkloadChoice? _choice;
    private string _previewed = "";
    private bool _busy;

    [Parameter]
    public Guid ProjectId { get; set; }

    /// <summary>The run to start from.</summary>
    [SupplyParameterFromQuery(Name = "from")]
    public Guid? From { get; set; }

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
    private TrainingService Runs { get; set; } = default!;

    [Inject]
    private TrainingPreview Preview { get; set; } = default!;

    [Inject]
    private LaunchChangePreview Changes { get; set; } = default!;

    [Inject]
    private Catalogue Offered { get; set; } = default!;

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Training> W { get; set; } = default!;

    private decimal Price => Offered.FindSize(_form.SizeId) is { } size
        ? _form.Nodes * Offered.PricePerHour(size, _form.Accelerators, _offers.FirstOrDefault(o => o.PoolId == _form.PoolId)?.PricePerHour ?? 0) : 0;

    protected override bool Concerns(RowChange change) => false;

    protected override async Task LoadAsync()
    {
        if (_project is not null)
            return;
        if (Take(await Services.ProjectAsync(ProjectId, Permission.TrainingRun, Gone)) is not { } project)
            return;
        if (From is { } run)
        {
            if (Take(await Runs.AgainAsync(await Services.ActorAsync(), run, Gone)) is not { } draft)
                return;
            _form = TrainingForm.From(draft);
        }
        else
        {
            _form.Use(Offered.Templates[0]);
            _form.Name = W["name.default"];
        }
        _form.SizeId = Size is { } size && Offered.FindSize(size) is not null ? size : _form.SizeId;
        _offers = await Services.OffersAsync(ProjectId, Gone);
        (_form.PoolId, _form.Accelerators, _dropped) = LaunchServices.Start(_offers, Pool ?? _form.PoolId, Accelerators ?? _form.Accelerators);
        _project = project;
    }

    // What is in the form is compared by what it says: the objects of something else are not shown.
    private bool ShowsPreview => _preview is not null && _previewed == Text();

    private string Text() => JsonSerializer.Serialize(_form.ToDraft(ProjectId));

    private async Task PreviewAsync()
    {
        var asked = Text();
        var result = await Preview.ForAsync(await Services.ActorAsync(), _form.ToDraft(ProjectId), default);
        _previewed = asked;
        _refused = result.Refusal;
        _choice = result.Succeeded ? result.Value.Choice : null;
        _preview = result.Succeeded ? string.Join("---\n", result.Value.Objects.Select(ManifestText.Yaml)) : null;
    }

    private async Task LaunchAsync()
    {
        if (_busy)
            return;
        _busy = true;
        try
        {
            var result = await Runs.LaunchAsync(await Services.ActorAsync(), _form.ToDraft(ProjectId), default);
            _refused = result.Refusal;
            if (result.Succeeded)
                Navigator.NavigateTo($"/training/{result.Value}");
        }
        finally
        {
            _busy = false;
        }
    }
}

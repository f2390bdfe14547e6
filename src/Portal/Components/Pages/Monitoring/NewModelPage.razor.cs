using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Accounts;
using Portal.Core.Monitoring;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Pages.Monitoring;

/// <summary>One short form; the reference is given on the model's own page.</summary>
public partial class NewModelPage
{
    // One id for the life of the form: a second click makes nothing new.
    private readonly Guid _id = Guid.CreateVersion7();
    private IReadOnlyList<ProjectRow>? _projects;
    private Refusal? _refused;
    private Guid _project;
    private string _name = "";
    private string _version = "1";
    private WindowLength _window = WindowLength.Day;
    private bool _busy;

    /// <summary>The project to begin with, from the address.</summary>
    [SupplyParameterFromQuery(Name = "project")]
    public Guid? ProjectId { get; set; }

    [Inject]
    private MonitoringService Service { get; set; } = default!;

    [Inject]
    private ProjectQueryService Projects { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Monitoring> W { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var found = await Projects.ListAsync(await Current.GetAsync(), new ListQuery(Take: 200), new ProjectFilter(), default);
        _projects = found.Succeeded ? [.. found.Value.Items.Where(p => p.Intent == ProjectIntent.Active)] : [];
        _project = _projects.FirstOrDefault(p => p.Id == ProjectId)?.Id ?? _projects.FirstOrDefault()?.Id ?? Guid.Empty;
    }

    private async Task CreateAsync()
    {
        if (_busy)
            return;
        _busy = true;
        try
        {
            var result = await Service.CreateAsync(await Current.GetAsync(), new ModelDraft(_id, _project, _name, _version ?? "", _window), default);
            _refused = result.Refusal;
            if (result.Succeeded)
                Navigator.NavigateTo($"/monitoring/{result.Value}");
        }
        finally
        {
            _busy = false;
        }
    }
}

using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Accounts;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Portal.Localization;

namespace Portal.Components.Pages.Projects;

/// <summary>One form; what the team knows is filled in already.</summary>
public partial class NewProjectPage
{
    private static readonly string[] Fields = ["Name", "PoolId", .. ProjectForm.SharedFields];

    private readonly ProjectForm _form = new();
    private IReadOnlyList<TeamChoice>? _teams;
    private bool _busy;

    [Inject]
    private ProjectService Projects { get; set; } = default!;

    [Inject]
    private TeamQueryService Teams { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Projects> W { get; set; } = default!;

    // What is typed is judged at once; that nothing is typed yet is no error until it is sent.
    private string? NameError =>
        (_form.RefusalOf("Name") ?? (_form.Name.Length > 0 ? ProjectRules.CheckName(_form.Name) : null)) is { } refusal ? Say.Of(refusal) : null;

    protected override async Task OnInitializedAsync()
    {
        var choices = await Teams.ListForNewProjectAsync(await Current.GetAsync(), default);
        _teams = choices.Succeeded ? choices.Value : [];
        if (_teams.Count > 0)
            ChooseTeam(_teams[0].Id);
    }

    private void Rename(string? name)
    {
        _form.Name = name ?? "";
        _form.Refused = null;
    }

    private void ChooseTeam(Guid id)
    {
        var before = _teams!.FirstOrDefault(t => t.Id == _form.TeamId);
        var team = _teams!.First(t => t.Id == id);
        _form.TeamId = id;
        _form.PoolId = null;
        // Only what still is the former team's default follows the choice; what somebody typed stays.
        if (_form.Region == (before?.DefaultRegion ?? ""))
            _form.Region = team.DefaultRegion;
        if (_form.CostCentre == (before?.DefaultCostCentre ?? ""))
            _form.CostCentre = team.DefaultCostCentre;
        if (before is null || _form.DataClass == before.DefaultDataClass)
            _form.DataClass = team.DefaultDataClass;
    }

    private async Task CreateAsync()
    {
        if (_busy)
            return;
        _busy = true;
        try
        {
            var result = await Projects.CreateAsync(await Current.GetAsync(), _form.ToDraft(), default);
            _form.Refused = result.Refusal;
            if (result.Succeeded)
                Navigator.NavigateTo($"/projects/{result.Value}");
        }
        finally
        {
            _busy = false;
        }
    }
}

using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Localization;
using Portal.Accounts;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Teams;
using Portal.Localization;

namespace Portal.Components.Pages.Projects;

/// <summary>The projects that the reader may see; search, filters, order and page are in the address.</summary>
public partial class ProjectsPage
{
    private static readonly string[] Watched = [nameof(Project)];

    private IReadOnlyList<TeamRow> _teams = [];
    private bool _mayCreate;
    private string _state = "";
    private string _team = "";

    [Inject]
    private ProjectQueryService Projects { get; set; } = default!;

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

    protected override async Task OnInitializedAsync()
    {
        var actor = await Current.GetAsync();
        var teams = await Teams.ListAsync(actor, new ListQuery(Take: 200), default);
        _teams = teams.Succeeded ? teams.Value.Items : [];
        var choices = await Teams.ListForNewProjectAsync(actor, default);
        _mayCreate = choices.Succeeded && choices.Value.Count > 0;
    }

    private async Task<Result<Page<ProjectRow>>> LoadAsync(ListQuery query, CancellationToken ct)
    {
        var address = QueryHelpers.ParseQuery(new Uri(Navigator.Uri).Query);
        _state = address.GetValueOrDefault("state").ToString();
        _team = address.GetValueOrDefault("team").ToString();
        var filter = new ProjectFilter(
            Guid.TryParse(_team, out var team) ? team : null,
            Enum.TryParse<ProjectState>(_state, out var state) ? state : null);
        return await Projects.ListAsync(await Current.GetAsync(), query, filter, ct);
    }

    private void Filter(string name, ChangeEventArgs change) => Navigator.NavigateTo(
        Navigator.GetUriWithQueryParameters(new Dictionary<string, object?>
        {
            [name] = change.Value as string is { Length: > 0 } value ? value : null,
            ["page"] = null,
        }),
        replace: true);
}

using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Accounts;
using Portal.Components.Shared;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Results;
using Portal.Core.Teams;
using Portal.Localization;

namespace Portal.Components.Pages.Teams;

/// <summary>A team: who belongs to it, who leads it, and what its new projects start from.</summary>
public partial class TeamPage
{
    private TeamView? _team;
    private TeamForm _form = new();
    private long _filledFrom;

    [Parameter]
    public Guid Id { get; set; }

    [Inject]
    private TeamQueryService Queries { get; set; } = default!;

    [Inject]
    private TeamService Teams { get; set; } = default!;

    [Inject]
    private TeamMembersService Members { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Teams> W { get; set; } = default!;

    protected override bool Concerns(RowChange change) => change.Kind == nameof(Team) && change.Id == Id;

    protected override async Task LoadAsync()
    {
        _team = Take(await Queries.GetAsync(await Current.GetAsync(), Id, Gone));
        // What is being typed is not overwritten; a form of another state of the team is refused as stale when sent.
        if (_team is not null && _filledFrom == 0)
            Fill(_team);
    }

    private void Fill(TeamView team) => (_form, _filledFrom) = (TeamForm.From(team), team.Generation);

    private async Task SaveAsync()
    {
        var result = await Teams.EditAsync(await Current.GetAsync(), Id, _filledFrom, _form.ToContent(), default);
        _form.Refused = result.Refusal;
        // After a refusal as stale, what was typed stays and saving it again is meant.
        _filledFrom = result.Succeeded ? 0 : result.Refusal.Code == "team.stale" ? _team!.Generation : _filledFrom;
        if (result.Succeeded)
            await ReloadAsync();
    }

    private async Task<Result> ChangeMembersAsync(IReadOnlyList<MemberChange<TeamRole>> changes)
    {
        var before = _team!.Generation;
        var result = await Members.ChangeAsync(await Current.GetAsync(), Id, before, changes, default);
        // One's own change of the members does not make one's own form stale.
        if (result.Succeeded && _filledFrom == before)
            _filledFrom = 0;
        return result;
    }
}

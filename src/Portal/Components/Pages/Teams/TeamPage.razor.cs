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
    private TeamContent _filled = new TeamForm().ToContent();
    private long _generation;

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
        if (_team is null)
            return;
        // A form in which nothing was typed follows what others change; one in which something was is refused as stale when sent,
        // unless all that changed are the members, who are not in it.
        var there = TeamForm.From(_team);
        if (_form.Refused is null && _form.ToContent() == _filled)
            (_form, _filled, _generation) = (there, there.ToContent(), _team.Generation);
        else if (there.ToContent() == _filled)
            _generation = _team.Generation;
    }

    private async Task SaveAsync()
    {
        var sent = _form.ToContent();
        var result = await Teams.EditAsync(await Current.GetAsync(), Id, _generation, sent, default);
        _form.Refused = result.Refusal;
        if (!result.Succeeded && result.Refusal.Code != "team.stale")
            return;
        // Loads follow one another: this one reads what is there after the answer, and none that began before comes behind it.
        await ReloadAsync();
        if (_team is null || Failure is not null)
            return;
        // What was typed stays; the rest shows what is there now. After a refusal as stale, saving again is then meant.
        var there = TeamForm.From(_team);
        _form.TakeUntouched(result.Succeeded ? sent : _filled, there);
        (_filled, _generation) = (there.ToContent(), _team.Generation);
    }

    private async Task<Result> ChangeMembersAsync(IReadOnlyList<MemberChange<TeamRole>> changes)
    {
        var result = await Members.ChangeAsync(await Current.GetAsync(), Id, _team!.Generation, changes, default);
        // Whatever is done next starts from what is there now.
        if (result.Succeeded)
            await ReloadAsync();
        return result;
    }
}

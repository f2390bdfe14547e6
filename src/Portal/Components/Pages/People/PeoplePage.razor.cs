using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using MudBlazor;
using Portal.Accounts;
using Portal.Components.Shared;
using Portal.Core.Access;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Pages.People;

/// <summary>Accounts and platform roles. One's own row has no buttons: somebody else decides about it.</summary>
public partial class PeoplePage
{
    private static readonly string[] Watched = [nameof(Person)];

    private bool _isAdmin;
    private Guid _self;
    private int _drawn;

    [Inject]
    private PeopleService People { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private Toasts Messages { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Teams> W { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        _self = (await Current.GetAsync()).Id;
        _isAdmin = await Current.RoleAsync() == PlatformRole.Admin;
    }

    private bool MayChange(PersonRow person) => _isAdmin && person.Id != _self;

    private async Task<Result<Page<PersonRow>>> LoadAsync(ListQuery query, CancellationToken ct) =>
        await People.ListAsync(await Current.GetAsync(), query, ct);

    private async Task SetRoleAsync(PersonRow person, ChangeEventArgs change)
    {
        if (!Enum.TryParse<PlatformRole>(change.Value as string, out var role))
            return;
        var result = await People.SetRoleAsync(await Current.GetAsync(), person.Id, person.Version, role, default);
        Tell(result, W["people.changed", person.DisplayName, Say.Of(role)]);
        // A refused choice goes back to what is so: the browser keeps it otherwise.
        if (!result.Succeeded)
            _drawn++;
    }

    private async Task SetDisabledAsync(PersonRow person)
    {
        if (!person.Disabled && !await Dialogs.ConfirmAsync(
            W["people.disable_question", person.DisplayName], W["people.disable"], W["people.disable_loses"], W["people.disable_keeps"]))
        {
            return;
        }
        var result = await People.SetDisabledAsync(await Current.GetAsync(), person.Id, person.Version, !person.Disabled, default);
        Tell(result, W[person.Disabled ? "people.enabled_done" : "people.disabled_done", person.DisplayName]);
    }

    private void Tell(Result result, string done)
    {
        if (result.Succeeded)
            Messages.Success(done);
        else
            Messages.Error(Say.Of(result.Refusal));
    }
}

using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using MudBlazor;
using Portal.Accounts;
using Portal.Components.Shared;
using Portal.Components.Shared.Lists;
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
    private DataList<PersonRow>? _list;
    private Renewed? _renewed;

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
        await TellAsync(result, W["people.changed", person.DisplayName, Say.Of(role)]);
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
        await TellAsync(result, W[person.Disabled ? "people.enabled_done" : "people.disabled_done", person.DisplayName]);
    }

    private async Task ResetPasswordAsync(PersonRow person)
    {
        if (!await Dialogs.ConfirmAsync(
            W["people.password_question", person.DisplayName], W["people.password_reset"], W["people.password_loses"], W["people.password_keeps"]))
        {
            return;
        }
        var password = FirstPassword.New();
        var result = await People.ResetPasswordAsync(await Current.GetAsync(), person.Id, person.Version, password, default);
        if (result.Succeeded)
            _renewed = new Renewed(person.DisplayName, password);
        await TellAsync(result, W["people.password_new", person.DisplayName]);
    }

    private async Task TellAsync(Result result, string done)
    {
        if (!result.Succeeded)
        {
            Messages.Error(Say.Of(result.Refusal));
            return;
        }
        Messages.Success(done);
        // What is done next to the same person starts from what is there now.
        await _list!.ReloadAsync();
    }

    /// <summary>A password that is shown until it was handed over.</summary>
    private sealed record Renewed(string Name, string Password);
}

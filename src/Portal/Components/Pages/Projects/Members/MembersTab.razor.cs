using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using MudBlazor;
using Portal.Accounts;
using Portal.Components.Shared;
using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Pages.Projects.Members;

/// <summary>Every change is sent with the generation that is on the screen, so that a stale page changes nothing.</summary>
public partial class MembersTab
{
    private static readonly ProjectRole[] Roles = Enum.GetValues<ProjectRole>();
    private static readonly char[] Separators = ['\n', '\r', ',', ';', ' ', '\t'];

    private string? _names;
    private ProjectRole _role = ProjectRole.Contributor;
    private Refusal? _refused;
    private bool _busy;

    [CascadingParameter]
    private ProjectContext Context { get; set; } = default!;

    [Inject]
    private ProjectMembersService Members { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private Toasts Messages { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Projects> W { get; set; } = default!;

    private bool MayManage => Context.May(Permission.ProjectMembersManage) && Context.Project.Intent != ProjectIntent.Deleted;

    private List<string> Named =>
        [.. (_names ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase)];

    private async Task AddAsync()
    {
        var names = Named;
        _refused = (await ChangeAsync([.. names.Select(n => new MemberChange<ProjectRole>(n, _role))])).Refusal;
        if (_refused is not null)
            return;
        _names = "";
        Messages.Success(W["members.added", names.Count]);
    }

    private async Task SetRoleAsync(Membership<ProjectRole> member, ChangeEventArgs change)
    {
        if (!Enum.TryParse<ProjectRole>(change.Value as string, out var role))
            return;
        Tell(await ChangeAsync([new(member.UserName, role)]), W["members.changed", member.DisplayName, Say.Of(role)]);
    }

    private async Task RemoveAsync(Membership<ProjectRole> member)
    {
        if (await Dialogs.ConfirmAsync(
            W["members.remove_question", member.DisplayName, Context.Project.Name], W["members.remove"],
            W["members.remove_loses"], W["members.remove_keeps"]))
        {
            Tell(await ChangeAsync([new(member.UserName, null)]), W["members.removed", member.DisplayName]);
        }
    }

    private async Task<Result> ChangeAsync(IReadOnlyList<MemberChange<ProjectRole>> changes)
    {
        _busy = true;
        try
        {
            return await Members.ChangeAsync(await Current.GetAsync(), Context.Id, Context.Project.Generation, changes, default);
        }
        finally
        {
            _busy = false;
        }
    }

    private void Tell(Result result, string done)
    {
        if (result.Succeeded)
            Messages.Success(done);
        else
            Messages.Error(Say.Of(result.Refusal));
    }
}

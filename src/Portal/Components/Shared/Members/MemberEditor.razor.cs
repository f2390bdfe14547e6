using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using MudBlazor;
using Portal.Core.Access;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Shared.Members;

/// <summary>Shows members and sends changes; the page around knows the object and its generation.</summary>
/// <typeparam name="TRole">The roles of the object.</typeparam>
public partial class MemberEditor<TRole> where TRole : struct, Enum
{
    private string? _names;
    private TRole? _chosen;
    private Refusal? _refused;
    private bool _busy;
    private int _drawn;

    [Parameter, EditorRequired]
    public IReadOnlyList<Membership<TRole>> Members { get; set; } = [];

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    /// <summary>What the roles mean.</summary>
    [Parameter]
    public string? Hint { get; set; }

    /// <summary>Name of the team or project, for questions.</summary>
    [Parameter, EditorRequired]
    public string Place { get; set; } = "";

    /// <summary>Role that is chosen for people to add.</summary>
    [Parameter]
    public TRole NewRole { get; set; }

    [Parameter]
    public bool MayManage { get; set; }

    /// <summary>Sends the changes to the service: all are made, or none.</summary>
    [Parameter, EditorRequired]
    public Func<IReadOnlyList<MemberChange<TRole>>, Task<Result>> Change { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private Toasts Messages { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Members> W { get; set; } = default!;

    private IReadOnlyList<string> Named => NameList.Of(_names);

    private TRole Chosen
    {
        get => _chosen ?? NewRole;
        set => _chosen = value;
    }

    private async Task AddAsync()
    {
        var names = Named;
        var result = await SendAsync([.. names.Select(n => new MemberChange<TRole>(n, Chosen))]);
        _refused = result.Refusal;
        if (!result.Succeeded)
            return;
        _names = "";
        Messages.Success(W["added", names.Count]);
    }

    private async Task SetRoleAsync(Membership<TRole> member, ChangeEventArgs change)
    {
        if (!Enum.TryParse<TRole>(change.Value as string, out var role))
            return;
        Tell(await SendAsync([new(member.UserName, role)]), W["changed", member.DisplayName, Say.Of(role)]);
        // A refused choice goes back to what is so: the browser keeps it otherwise.
        _drawn++;
    }

    private async Task RemoveAsync(Membership<TRole> member)
    {
        if (await Dialogs.ConfirmAsync(W["remove_question", member.DisplayName, Place], W["remove"], W["remove_loses"], W["remove_keeps"]))
            Tell(await SendAsync([new(member.UserName, null)]), W["removed", member.DisplayName]);
    }

    private async Task<Result> SendAsync(IReadOnlyList<MemberChange<TRole>> changes)
    {
        _busy = true;
        try
        {
            return await Change(changes);
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

using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using MudBlazor;
using Portal.Accounts;
using Portal.Components.Shared;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Components.Pages.Projects.Settings;

/// <summary>Asks before it sends: a deletion takes the project's name, typed.</summary>
public partial class DangerZone
{
    [CascadingParameter]
    private ProjectContext Context { get; set; } = default!;

    [Inject]
    private ProjectLifecycleService Lifecycle { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    [Inject]
    private Toasts Messages { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Portal.Resources.Projects> W { get; set; } = default!;

    private bool IsArchived => Context.Project.Intent == ProjectIntent.Archived;

    private bool IsFrozen => Context.Project.Frozen is not null;

    private bool IsDeleting => Context.Project.Intent == ProjectIntent.Deleted;

    private async Task ArchiveAsync()
    {
        if (IsArchived)
        {
            Tell(await Lifecycle.UnarchiveAsync(await Current.GetAsync(), Context.Id, Context.Project.Generation, default), W["unarchive.done"]);
            return;
        }
        var question = W["archive.question", Context.Project.Name];
        if (await Dialogs.ConfirmAsync(question, W["archive"], W["archive.loses"], W["archive.keeps"], dangerous: false))
            Tell(await Lifecycle.ArchiveAsync(await Current.GetAsync(), Context.Id, Context.Project.Generation, default), W["archive.done"]);
    }

    private async Task FreezeAsync()
    {
        if (IsFrozen)
        {
            Tell(await Lifecycle.UnfreezeAsync(await Current.GetAsync(), Context.Id, Context.Project.Generation, default), W["unfreeze.done"]);
            return;
        }
        var dialog = await Dialogs.ShowAsync<FreezeProjectDialog>(
            null,
            new DialogParameters<FreezeProjectDialog> { { d => d.Name, Context.Project.Name } },
            new DialogOptions { MaxWidth = MaxWidth.ExtraSmall, FullWidth = true });
        if (await dialog.Result is { Canceled: false, Data: string reason })
            Tell(await Lifecycle.FreezeAsync(await Current.GetAsync(), Context.Id, Context.Project.Generation, reason, default), W["freeze.done"]);
    }

    private async Task DeleteAsync()
    {
        var dialog = await Dialogs.ShowAsync<DeleteProjectDialog>(
            null,
            new DialogParameters<DeleteProjectDialog> { { d => d.Project, Context.Project } },
            new DialogOptions { MaxWidth = MaxWidth.ExtraSmall, FullWidth = true });
        if (await dialog.Result is not { Canceled: false, Data: string name })
            return;
        var result = await Lifecycle.DeleteAsync(await Current.GetAsync(), Context.Id, Context.Project.Generation, name, default);
        Tell(result, W["delete.done"]);
        // Its own page will soon be of nothing.
        if (result.Succeeded)
            Navigator.NavigateTo("/projects");
    }

    private void Tell(Result result, string done)
    {
        if (result.Succeeded)
            Messages.Success(done);
        else
            Messages.Error(Say.Of(result.Refusal));
    }
}

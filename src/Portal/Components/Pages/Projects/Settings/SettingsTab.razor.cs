using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Portal.Accounts;
using Portal.Components.Shared;
using Portal.Core.Projects;
using Portal.Localization;

namespace Portal.Components.Pages.Projects.Settings;

/// <summary>The form keeps the generation that it was filled from: what somebody else changed meanwhile is not overwritten.</summary>
public partial class SettingsTab
{
    private static readonly string[] Fields = ["Name", .. ProjectForm.SharedFields];

    private ProjectForm _form = new();
    private ProjectContent _filled = new ProjectForm().ToContent();
    private long _generation;

    [CascadingParameter]
    private ProjectContext Context { get; set; } = default!;

    [Inject]
    private ProjectService Projects { get; set; } = default!;

    [Inject]
    private ProjectQueryService Queries { get; set; } = default!;

    [Inject]
    private ProjectChangePreview Preview { get; set; } = default!;

    [Inject]
    private CurrentActor Current { get; set; } = default!;

    [Inject]
    private Toasts Messages { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Projects> W { get; set; } = default!;

    // A form in which nothing was typed follows what others change; one in which something was is refused as stale when sent.
    protected override void OnParametersSet()
    {
        if (_form.Refused is null && _form.ToContent() == _filled && Context.Project.Generation >= _generation)
            (_form, _generation, _filled) = (ProjectForm.From(Context.Project), Context.Project.Generation, ProjectForm.From(Context.Project).ToContent());
    }

    private void Rename(string? name)
    {
        _form.Name = name ?? "";
        _form.Refused = null;
    }

    private async Task SaveAsync()
    {
        var (actor, sent) = (await Current.GetAsync(), _form.ToContent());
        var result = await Projects.EditAsync(actor, Context.Id, _generation, sent, default);
        _form.Refused = result.Refusal;
        if (!result.Succeeded && result.Refusal.Code != "project.stale")
            return;
        // The page around may not have loaded yet what was saved, or what the save ran into.
        if (await Queries.GetAsync(actor, Context.Id, default) is { Succeeded: true, Value: var there })
        {
            // What was typed stays, also while it was saved; the rest shows what is there now. Saving again is then meant.
            var now = ProjectForm.From(there);
            _form.TakeUntouched(result.Succeeded ? sent : _filled, now);
            (_filled, _generation) = (now.ToContent(), there.Generation);
        }
        if (result.Succeeded)
            Messages.Success(W["edit.saved"]);
    }
}

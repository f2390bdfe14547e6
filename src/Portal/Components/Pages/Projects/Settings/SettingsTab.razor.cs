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
        if (_form.Refused is null && _form.ToContent() == _filled)
            (_form, _generation, _filled) = (ProjectForm.From(Context.Project), Context.Project.Generation, ProjectForm.From(Context.Project).ToContent());
    }

    private void Rename(string? name)
    {
        _form.Name = name ?? "";
        _form.Refused = null;
    }

    private async Task SaveAsync()
    {
        var actor = await Current.GetAsync();
        var result = await Projects.EditAsync(actor, Context.Id, _generation, _form.ToContent(), default);
        _form.Refused = result.Refusal;
        // The page around may not have loaded yet what the save ran into.
        if (result.Refusal?.Code == "project.stale" && await Queries.GetAsync(actor, Context.Id, default) is { Succeeded: true, Value: var there })
        {
            // What was typed stays; the rest shows what is there now. Saving again is then meant.
            var now = ProjectForm.From(there);
            _form.TakeUntouched(_filled, now);
            (_filled, _generation) = (now.ToContent(), there.Generation);
        }
        if (!result.Succeeded)
            return;
        _filled = _form.ToContent();
        Messages.Success(W["edit.saved"]);
    }
}

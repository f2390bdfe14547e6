using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using MudBlazor;
using Portal.Components.Pages.Workloads;
using Portal.Components.Shared;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Localization;

namespace Portal.Components.Pages.Training;

/// <summary>Everything about one run, as it happens.</summary>
public partial class TrainingRunPage
{
    private TrainingView? _view;
    private bool _mayRun;
    private bool _mayStop;

    [Parameter]
    public Guid Id { get; set; }

    [Inject]
    private TrainingService Runs { get; set; } = default!;

    [Inject]
    private LaunchServices Services { get; set; } = default!;

    [Inject]
    private IDialogService Ask { get; set; } = default!;

    [Inject]
    private Toasts Messages { get; set; } = default!;

    [Inject]
    private Words Say { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Training> W { get; set; } = default!;

    private TrainingUse Use => _view!.Use(Clock.GetUtcNow());

    protected override bool Concerns(RowChange change) => change.Id == Id;

    protected override async Task LoadAsync()
    {
        _view = Take(await Runs.GetAsync(await Services.ActorAsync(), Id, Gone));
        var project = _view is null ? null : (await Services.ProjectAsync(_view.Run.ProjectId, Permission.TrainingView, Gone)) is { Succeeded: true, Value: var found } ? found : null;
        _mayRun = project is { IsOpen: true } && project.May(Permission.TrainingRun);
        _mayStop = project?.May(Permission.WorkloadStop) == true;
    }

    private async Task StopAsync()
    {
        if (!await Ask.ConfirmAsync(W["stop.question", _view!.Run.Name], W["stop"], W["stop.loses"], W["stop.keeps"]))
            return;
        var result = await Runs.StopAsync(await Services.ActorAsync(), Id, default);
        if (!result.Succeeded)
            Messages.Error(Say.Of(result.Refusal));
    }

    private static WorkloadStatus StatusOf(TrainingStep step) => new(step.State, step.Reason)
    {
        Arguments = JsonSerializer.Deserialize<Dictionary<string, string>>(step.ReasonArguments) ?? [],
    };

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
}

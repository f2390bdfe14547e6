using Portal.Core.Access;
using Portal.Core.Notebooks;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Training;

namespace Portal.Core.Workloads;

/// <summary>
/// What the cluster says that it would make of a launch, its webhooks' changes and refusals with it. Asked of what carries the
/// workload out alone: a Secret is never part of an answer, and a Service and a ConfigMap hold what the preview shows.
/// </summary>
public sealed class LaunchChangePreview(NotebookPreview notebooks, TrainingPreview trainings, ClusterDryRun cluster)
{
    /// <summary>Of a notebook's form.</summary>
    [Requires(Permission.NotebookRun)]
    public async Task<Result<ChangePlan>> ForNotebookAsync(Actor actor, NotebookDraft draft, CancellationToken ct) =>
        await AskAsync(await notebooks.ForAsync(actor, draft, ct), ct);

    /// <summary>Of a run's form; <c>training.not_tried</c> for a kind that is checked against an object that the launch itself makes.</summary>
    [Requires(Permission.TrainingRun)]
    public async Task<Result<ChangePlan>> ForTrainingAsync(Actor actor, TrainingDraft draft, CancellationToken ct)
    {
        var preview = await trainings.ForAsync(actor, draft, ct);
        // Trainer refuses a TrainJob whose TrainingRuntime is not stored: it would be refused here and taken at the launch.
        return preview.Succeeded && preview.Value.Choice.Kind == TrainingKinds.TrainJob
            ? new Refusal("training.not_tried", RefusalKind.Conflict).With("kind", TrainingKinds.TrainJob.Kind)
            : await AskAsync(preview, ct);
    }

    private async Task<Result<ChangePlan>> AskAsync(Result<PreviewedLaunch> preview, CancellationToken ct) => preview.Succeeded
        ? await cluster.OfAsync(
            preview.Value.ClusterId,
            preview.Value.Objects.Select(o => (preview.Value.Choice.Kind, o)).Where(o => WorkloadKinds.IsController(o.Kind, o.o)), ct)
        : preview.Refusal;
}

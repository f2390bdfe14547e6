using Portal.Core.Access;
using Portal.Core.Cluster;
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

    /// <summary>Of a run's form; a kind that is checked against an object that the launch itself makes is named as not tried.</summary>
    [Requires(Permission.TrainingRun)]
    public async Task<Result<ChangePlan>> ForTrainingAsync(Actor actor, TrainingDraft draft, CancellationToken ct)
    {
        var preview = await trainings.ForAsync(actor, draft, ct);
        if (!preview.Succeeded || preview.Value.Choice.Kind != TrainingKinds.TrainJob)
            return await AskAsync(preview, ct);
        // Trainer refuses a TrainJob whose TrainingRuntime is not stored: it would be refused here and taken at the launch. The runtime
        // holds the pod, and is all that can be asked about.
        var plan = await AskAsync(preview, TrainingKinds.TrainingRuntime, ct);
        return plan.Succeeded ? plan.Value with { NotTried = [TrainingKinds.TrainJob.Kind] } : plan;
    }

    private async Task<Result<ChangePlan>> AskAsync(Result<PreviewedLaunch> preview, CancellationToken ct) =>
        preview.Succeeded ? await AskAsync(preview, preview.Value.Choice.Kind, ct) : preview.Refusal;

    private async Task<Result<ChangePlan>> AskAsync(Result<PreviewedLaunch> preview, ResourceType kind, CancellationToken ct) =>
        await cluster.OfAsync(preview.Value.ClusterId, preview.Value.Objects.Select(o => (kind, o)).Where(o => WorkloadKinds.MayBeTried(o.kind, o.o)), ct);
}

using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Notebooks;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Infrastructure.Storage;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

internal sealed class WorkloadCases : MatrixCases
{
    private const string Token = "seeded-token";
    private const string Artefact = "model.bin";

    public WorkloadCases()
    {
        Case<NotebookService>(nameof(NotebookService.LaunchAsync), Towards.Project, async (s, actor, target) =>
            await s.LaunchAsync(actor, new NotebookDraft(Guid.CreateVersion7(), target.ProjectId, "another"), default));
        Case<NotebookService>(nameof(NotebookService.StartAsync), Towards.Project, (s, actor, target) => s.StartAsync(actor, target["notebook"], default));
        Case<NotebookService>(nameof(NotebookService.StopAsync), Towards.Project, (s, actor, target) => s.StopAsync(actor, target["notebook"], default));
        Case<NotebookService>(nameof(NotebookService.DeleteAsync), Towards.Project, (s, actor, target) => s.DeleteAsync(actor, target["notebook"], default));
        Case<NotebookService>(nameof(NotebookService.StopIdleAsync), Towards.Project, (s, actor, target) =>
            s.StopIdleAsync(actor, target["notebook"], default));
        Case<NotebookService>(nameof(NotebookService.ListAsync), Towards.Project, async (s, actor, target) =>
            await s.ListAsync(actor, target.ProjectId, new ListQuery(), default));
        Case<NotebookService>(nameof(NotebookService.InStatesAsync), Towards.Platform, async (s, actor, _) =>
            await s.InStatesAsync(actor, [], 1, default));
        Case<NotebookService>(nameof(NotebookService.GetAsync), Towards.Project, async (s, actor, target) => await s.GetAsync(actor, target["notebook"], default));
        Case<NotebookService>(nameof(NotebookService.SuggestNameAsync), Towards.Project, async (s, actor, target) =>
            await s.SuggestNameAsync(actor, target.ProjectId, default));

        Case<StoppedWork>(nameof(StoppedWork.ByOthersSinceAsync), Towards.Platform, async (s, actor, _) =>
            await s.ByOthersSinceAsync(actor, DateTimeOffset.MinValue, 1, default));

        Case<NotebookEndpoints>(nameof(NotebookEndpoints.OpenAsync), Towards.Project, async (s, actor, target) =>
            await s.OpenAsync(actor, target["notebook"], default), "notebook.not_running");

        Case<NotebookLogs>(nameof(NotebookLogs.ReadAsync), Towards.Project, async (s, actor, target) => await s.ReadAsync(actor, target["notebook"], default));
        Case<NotebookLogs>(nameof(NotebookLogs.FollowAsync), Towards.Project, async (s, actor, target) => await s.FollowAsync(actor, target["notebook"], default));
        Case<NotebookPreview>(nameof(NotebookPreview.ForAsync), Towards.Project, async (s, actor, target) =>
            await s.ForAsync(actor, new NotebookDraft(Guid.CreateVersion7(), target.ProjectId, "another"), default), "cluster.unreachable");
        Case<LaunchChangePreview>(nameof(LaunchChangePreview.ForNotebookAsync), Towards.Project, async (s, actor, target) =>
            await s.ForNotebookAsync(actor, new NotebookDraft(Guid.CreateVersion7(), target.ProjectId, "another"), default), "cluster.unreachable");
        Case<LaunchChangePreview>(nameof(LaunchChangePreview.ForTrainingAsync), Towards.Project, async (s, actor, target) =>
            await s.ForTrainingAsync(actor, Draft(target.ProjectId), default), "cluster.unreachable");

        Case<TrainingService>(nameof(TrainingService.LaunchAsync), Towards.Project, async (s, actor, target) =>
            await s.LaunchAsync(actor, Draft(target.ProjectId), default));
        Case<TrainingService>(nameof(TrainingService.StopAsync), Towards.Project, (s, actor, target) => s.StopAsync(actor, target["run"], default));
        Case<TrainingService>(nameof(TrainingService.AgainAsync), Towards.Project, async (s, actor, target) => await s.AgainAsync(actor, target["run"], default));
        Case<TrainingService>(nameof(TrainingService.GetAsync), Towards.Project, async (s, actor, target) => await s.GetAsync(actor, target["run"], default));
        Case<TrainingPreview>(nameof(TrainingPreview.ForAsync), Towards.Project, async (s, actor, target) =>
            await s.ForAsync(actor, Draft(target.ProjectId), default), "cluster.unreachable");
        Case<TrainingList>(nameof(TrainingList.ForProjectAsync), Towards.Project, async (s, actor, target) =>
            await s.ForProjectAsync(actor, target.ProjectId, new ListQuery(), null, default));
        Case<TrainingList>(nameof(TrainingList.ForPersonAsync), Towards.Platform, async (s, actor, _) =>
            await s.ForPersonAsync(actor, new ListQuery(), null, default));
        Case<TrainingList>(nameof(TrainingList.InStatesAsync), Towards.Platform, async (s, actor, _) =>
            await s.InStatesAsync(actor, new ListQuery(), [], default));
        Case<TrainingList>(nameof(TrainingList.EndedSinceAsync), Towards.Platform, async (s, actor, _) =>
            await s.EndedSinceAsync(actor, DateTimeOffset.MinValue, 1, default));
        Case<TrainingMetrics>(nameof(TrainingMetrics.ListAsync), Towards.Project, async (s, actor, target) => await s.ListAsync(actor, target["run"], default));
        Case<TrainingLogs>(nameof(TrainingLogs.ReadAsync), Towards.Project, async (s, actor, target) => await s.ReadAsync(actor, target["run"], default));
        Case<TrainingLogs>(nameof(TrainingLogs.FollowAsync), Towards.Project, async (s, actor, target) => await s.FollowAsync(actor, target["run"], default));
        Case<TrainingArtefacts>(nameof(TrainingArtefacts.ListAsync), Towards.Project, async (s, actor, target) => await s.ListAsync(actor, target["run"], default));
        Case<TrainingArtefacts>(nameof(TrainingArtefacts.OpenAsync), Towards.Project, OpenAsync);
        Case<TrainingArtefacts>(nameof(TrainingArtefacts.SaveAsync), Towards.Platform, (s, actor, target) =>
            s.SaveAsync(actor, target["run"], "new.bin", new MemoryStream([1, 2]), default));
        Case<TrainingReports>(nameof(TrainingReports.FindAsync), Towards.Platform, async (s, actor, _) => await s.FindAsync(actor, Token, default));
        Case<TrainingReports>(nameof(TrainingReports.LogAsync), Towards.Platform, (s, actor, target) =>
            s.LogAsync(actor, target["run"], new Report([new("loss", 0, 0, 1)], []), default));
        Case<TrainingReports>(nameof(TrainingReports.ReportStatusAsync), Towards.Platform, (s, actor, target) =>
            s.ReportStatusAsync(actor, target["run"], "FINISHED", default));
    }

    public override void Configure(IServiceCollection services)
    {
        services.AddSingleton<IArtefactStore>(new ArtefactFolder(Path.Combine(Path.GetTempPath(), "portal-matrix-artefacts")));
    }

    public override async Task SeedAsync(TestDatabase database, MatrixTarget target)
    {
        await using var db = await database.OpenAsync();
        var notebook = new NotebookDraft(Guid.CreateVersion7(), target.ProjectId, "explore").ToNotebook(Actor.Setup, 1, database.Clock.GetUtcNow());
        var run = Draft(target.ProjectId).ToRun(Actor.Setup, new("small", 500, 1024), 1, database.Clock.GetUtcNow());
        run.TokenHash = target.Name == "own" ? TrainingReconciler.HashOf(Token) : TrainingReconciler.HashOf(target.Name);
        var stored = await database.Get<IArtefactStore>().SaveAsync(new MemoryStream([1]), 10, default);
        db.AddRange(notebook, run, new TrainingArtefact { RunId = run.Id, Path = Artefact, Size = 1, Sha256 = stored!.Value.Sha256 });
        await db.SaveChangesAsync();
        (target["notebook"], target["run"]) = (notebook.Id, run.Id);
    }

    private static async Task<Result> OpenAsync(TrainingArtefacts service, Actor actor, MatrixTarget target)
    {
        var result = await service.OpenAsync(actor, target["run"], Artefact, default);
        if (result.Succeeded)
            await result.Value.Content.DisposeAsync();
        return result;
    }

    private static TrainingDraft Draft(Guid project) => new(Guid.CreateVersion7(), project, "fraud") { Code = "print(1)" };
}

using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Workloads;

/// <summary>A cluster that learns the operators' kinds while the portal runs: from then on they are used, and what runs stays as it is.</summary>
public class OperatorTests(WorkloadStage stage) : IClassFixture<WorkloadStage>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private IClusterClient Cluster => stage.Get<IClusters>().All[0].Client;

    [Fact]
    public async Task Workloads_OnceTheOperatorsKindsAreServed_AreMadeOfThem()
    {
        var before = await LaunchAsync("before");
        await RunsAsAsync(before, "apps/v1 StatefulSet", "choice.no_notebooks");

        foreach (var kind in new[] { NotebookManifests.Kind, TrainingKinds.TrainJob, TrainingKinds.TrainingRuntime })
            await Cluster.ApplyAsync(OperatorKinds.Definition(kind, kind == TrainingKinds.TrainJob ? OlderTrainJob() : null), Ct);
        await Eventually.TrueAsync(async () => (await Cluster.CapabilitiesAsync(Ct)).Serves(TrainingKinds.TrainingRuntime)
            && (await Cluster.CapabilitiesAsync(Ct)).Serves(NotebookManifests.Kind), "the kinds are served");

        var after = await LaunchAsync("after");
        await RunsAsAsync(after, "kubeflow.org/v1 Notebook", WorkloadChoice.Served);
        var made = await FindAsync(NotebookManifests.Kind, after.ObjectName);
        Assert.Equal(("true", "scientist"), (made.Text("metadata", "labels", "opendatahub.io/dashboard"), made.Text("metadata", "annotations", "opendatahub.io/username")));

        await StopsAndStartsByItsAnnotationAsync(after);
        await ChangesKindOnlyWhenStartedAgainAsync(before);
        await TrainsOnSeveralNodesAsync();
    }

    private async Task StopsAndStartsByItsAnnotationAsync(Notebook notebook)
    {
        Assert.True((await stage.Get<NotebookService>().StopAsync(stage.Scientist, notebook.Id, Ct)).Succeeded);
        await Eventually.TrueAsync(async () => Stopped(await FindAsync(NotebookManifests.Kind, notebook.ObjectName)) is not null, "the Notebook is told to stop");
        await Eventually.TrueAsync(async () => (await ReadAsync(notebook.Id)).State == WorkloadState.Stopped, "the notebook is stopped");

        Assert.True((await stage.Get<NotebookService>().StartAsync(stage.Scientist, notebook.Id, Ct)).Succeeded);
        await Eventually.TrueAsync(async () => Stopped(await FindAsync(NotebookManifests.Kind, notebook.ObjectName)) is null, "the Notebook is told to start");
        await CanBeStoppedElsewhereAsync(notebook);
    }

    // As OpenShift AI does: its annotation is its own, and no apply of ours takes it away.
    private async Task CanBeStoppedElsewhereAsync(Notebook notebook)
    {
        await Eventually.TrueAsync(async () => await ReadAsync(notebook.Id) is var row && row.ObservedGeneration == row.Generation, "carried out");
        var key = await KeyAsync(NotebookManifests.Kind, notebook.ObjectName);
        var stop = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [NotebookManifests.StoppedAnnotation] = "2026-01-01T00:00:00Z" } } };
        await Cluster.PatchAsync(key, stop, Ct);
        await Eventually.TrueAsync(async () => await ReadAsync(notebook.Id)
            is { State: WorkloadState.Stopped, Reason: "notebook.stopped_elsewhere", Intent: NotebookIntent.Stopped }, "it says that it was stopped elsewhere");

        var start = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [NotebookManifests.StoppedAnnotation] = null } } };
        await Cluster.PatchAsync(key, start, Ct);
        await Eventually.TrueAsync(async () => await ReadAsync(notebook.Id) is { Intent: NotebookIntent.Running, State: not WorkloadState.Stopped }, "started elsewhere as well");
        await Cluster.PatchAsync(key, stop, Ct);
        await Eventually.TrueAsync(async () => await ReadAsync(notebook.Id) is { State: WorkloadState.Stopped }, "it is stopped again");

        Assert.True((await stage.Get<NotebookService>().StartAsync(stage.Scientist, notebook.Id, Ct)).Succeeded);

        await Eventually.TrueAsync(async () => Stopped(await Cluster.FindAsync(key, Ct)) is null, "the Notebook is told to start, whoever stopped it");
        await Eventually.TrueAsync(async () => await ReadAsync(notebook.Id) is { State: not WorkloadState.Stopped }, "it starts");
    }

    private async Task ChangesKindOnlyWhenStartedAgainAsync(Notebook notebook)
    {
        Assert.Equal("apps/v1 StatefulSet", (await ReadAsync(notebook.Id)).RunsAs);

        Assert.True((await stage.Get<NotebookService>().StopAsync(stage.Scientist, notebook.Id, Ct)).Succeeded);
        await Eventually.TrueAsync(async () => (await ReadAsync(notebook.Id)).State == WorkloadState.Stopped, "it is stopped as what it was");
        Assert.Equal("0", (await FindAsync(Kinds.StatefulSet, notebook.ObjectName)).Text("spec", "replicas"));
        Assert.True((await stage.Get<NotebookService>().StartAsync(stage.Scientist, notebook.Id, Ct)).Succeeded);
        await RunsAsAsync(notebook, "kubeflow.org/v1 Notebook", WorkloadChoice.Served);

        await Eventually.TrueAsync(async () => await FindAsync(Kinds.StatefulSet, notebook.ObjectName) is null, "the StatefulSet is gone");
        Assert.NotNull(await FindAsync(Kinds.Secret, notebook.ObjectName));
    }

    private async Task TrainsOnSeveralNodesAsync()
    {
        var draft = new TrainingDraft(Guid.CreateVersion7(), stage.Project, "several") { Code = "print(1)", Nodes = 2 };
        var id = (await stage.Get<TrainingService>().LaunchAsync(stage.Scientist, draft, Ct)).Value;
        await Eventually.TrueAsync(async () => (await RunAsync(id)).ObservedGeneration > 0, "the run is submitted");

        var run = await RunAsync(id);

        Assert.Equal(("trainer.kubeflow.org/v1alpha1 TrainJob", WorkloadChoice.Served), (run.RunsAs, run.RunsAsReason));
        var job = await FindAsync(TrainingKinds.TrainJob, run.ObjectName);
        Assert.Equal(("2", null), (job.Text("spec", "trainer", "numNodes"), job.Text("spec", "activeDeadlineSeconds")));
        Assert.True((await stage.Get<TrainingService>().StopAsync(stage.Scientist, id, Ct)).Succeeded);
        await Eventually.TrueAsync(async () => (await RunAsync(id)).Cleared, "the run is cleared away");
        Assert.Null(await FindAsync(TrainingKinds.TrainingRuntime, run.ObjectName));
    }

    private async Task<Notebook> LaunchAsync(string name)
    {
        var id = (await stage.Get<NotebookService>().LaunchAsync(stage.Scientist, new NotebookDraft(Guid.CreateVersion7(), stage.Project, name), Ct)).Value;
        return await ReadAsync(id);
    }

    // The kind is in the row before anything is in the cluster; what was carried out is there.
    private Task RunsAsAsync(Notebook notebook, string kind, string reason) => Eventually.TrueAsync(async () =>
        await ReadAsync(notebook.Id) is var row && (row.RunsAs, row.RunsAsReason, row.ObservedGeneration) == (kind, reason, row.Generation), $"the notebook runs as {kind}");

    private async Task<Notebook> ReadAsync(Guid id) => (await stage.Get<NotebookService>().GetAsync(stage.Scientist, id, Ct)).Value.Notebook;

    private async Task<TrainingRun> RunAsync(Guid id) => (await stage.Get<TrainingService>().GetAsync(stage.Scientist, id, Ct)).Value.Run;

    private async Task<JsonObject?> FindAsync(ResourceType type, string name) => await Cluster.FindAsync(await KeyAsync(type, name), Ct);

    private async Task<ObjectKey> KeyAsync(ResourceType type, string name)
    {
        await using var db = await stage.OpenAsync();
        var ns = await db.Set<Project>().Where(p => p.Id == stage.Project).Select(p => p.Namespace).SingleAsync(Ct);
        return new ObjectKey(type, ns, name);
    }

    private static string? Stopped(JsonObject? notebook) => notebook.Text("metadata", "annotations", NotebookManifests.StoppedAnnotation);

    // As in Trainer 2.1, which refuses a limit of the whole.
    private static JsonObject OlderTrainJob() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["suspend"] = new JsonObject { ["type"] = "boolean" },
                    ["runtimeRef"] = OperatorKinds.Anything(),
                    ["trainer"] = OperatorKinds.Anything(),
                },
            },
            ["status"] = OperatorKinds.Anything(),
        },
    };
}

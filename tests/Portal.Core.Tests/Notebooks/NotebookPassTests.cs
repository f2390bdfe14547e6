using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Tests.Projects;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Notebooks;

/// <summary>What a pass over a notebook makes of lost answers, and of what others do with its object.</summary>
public class NotebookPassTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Apply_WhoseAnswerIsLost_IsKnownWhenTheClusterLearnsAnotherKind(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        stage.Cluster.LosesAnswer = c => c.StartsWith("apply StatefulSet", StringComparison.Ordinal);
        var (project, notebook) = await LaunchedAsync(stage);
        Assert.Equal(("apps/v1 StatefulSet", 0), (notebook.RunsAs, notebook.ObservedGeneration));

        stage.Cluster.Serve(NotebookManifests.Kind);
        await stage.PassAsync(nameof(Notebook), notebook.Id);
        Assert.Empty(stage.Cluster.List(Kinds.StatefulSet, project.Namespace));
        Assert.Empty(stage.Cluster.List(NotebookManifests.Kind, project.Namespace));
        await stage.PassAsync(nameof(Notebook), notebook.Id);

        Assert.Single(stage.Cluster.List(NotebookManifests.Kind, project.Namespace));
        Assert.Equal("kubeflow.org/v1 Notebook", (await ReadAsync(stage, notebook.Id)).RunsAs);
    }

    [Theory, EachProvider]
    public async Task Delete_WithObjectsOfTheOtherKind_LeavesNothing(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var (project, notebook) = await LaunchedAsync(stage);
        stage.Cluster.Serve(NotebookManifests.Kind);
        await using (var db = await stage.Database.OpenAsync())
            await db.Set<Notebook>().ExecuteUpdateAsync(s => s.SetProperty(n => n.RunsAs, "kubeflow.org/v1 Notebook"));

        await stage.Database.Get<NotebookService>().DeleteAsync(stage.Ana, notebook.Id, default);
        await stage.PassAsync(nameof(Notebook), notebook.Id);
        await stage.PassAsync(nameof(Notebook), notebook.Id);

        Assert.Empty(new[] { Kinds.StatefulSet, Kinds.Service, Kinds.Secret }.SelectMany(k => stage.Cluster.List(k, project.Namespace)));
        await using var left = await stage.Database.OpenAsync();
        Assert.Empty(await left.Set<Notebook>().ToListAsync());
    }

    // Where its project never came to be, or where a webhook lets go what was made stopped.
    [Theory, EachProvider]
    public async Task Stop_OfWhatWasNeverMade_MakesNothing(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, NotebookManifests.Kind);
        var project = await stage.ReadyAsync();
        var id = (await stage.Database.Get<NotebookService>().LaunchAsync(stage.Ana, new NotebookDraft(Guid.CreateVersion7(), project.Id, "mine"), default)).Value;
        await stage.Database.Get<NotebookService>().StopAsync(stage.Ana, id, default);

        Assert.Equal((NotebookIntent.Stopped, WorkloadState.Stopped), await PassedAsync(stage, id));

        Assert.Empty(stage.Cluster.List(NotebookManifests.Kind, project.Namespace));
        Assert.Equal("", (await ReadAsync(stage, id)).RunsAs);
    }

    [Theory, EachProvider]
    public async Task Stop_OfANotebookWhoseImageLeftTheCatalogue_Marks(Provider provider) =>
        Assert.NotNull((await StoppedWithoutImageAsync(provider, NotebookManifests.Kind)).Text("metadata", "annotations", NotebookManifests.StoppedAnnotation));

    [Theory, EachProvider]
    public async Task Stop_OfAStatefulSetWhoseImageLeftTheCatalogue_Shrinks(Provider provider) =>
        Assert.Equal("0", (await StoppedWithoutImageAsync(provider, Kinds.StatefulSet)).Text("spec", "replicas"));

    [Theory, EachProvider]
    public async Task Mark_ThatOthersSetAndTakeAway_StopsAndStarts(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, NotebookManifests.Kind);
        var (project, notebook) = await LaunchedAsync(stage);
        var key = new ObjectKey(NotebookManifests.Kind, project.Namespace, notebook.ObjectName);

        await MarkAsync(stage, key, "2026-01-01T00:00:00Z");
        Assert.Equal((NotebookIntent.Stopped, WorkloadState.Stopped), await PassedAsync(stage, notebook.Id));
        Assert.Equal((NotebookIntent.Stopped, WorkloadState.Stopped), await PassedAsync(stage, notebook.Id));
        await MarkAsync(stage, key, null);

        Assert.Equal(NotebookIntent.Running, (await PassedAsync(stage, notebook.Id)).Intent);
        Assert.Equal((NotebookIntent.Running, WorkloadState.Starting), await PassedAsync(stage, notebook.Id));
    }

    [Theory, EachProvider]
    public async Task Mark_OfOurOwn_StopsUntilSomebodyTakesItAway(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, NotebookManifests.Kind);
        var (project, notebook) = await LaunchedAsync(stage);
        await stage.Database.Get<NotebookService>().StopAsync(stage.Ana, notebook.Id, default);

        Assert.Equal((NotebookIntent.Stopped, WorkloadState.Stopped), await PassedAsync(stage, notebook.Id));
        Assert.Equal((NotebookIntent.Stopped, WorkloadState.Stopped), await PassedAsync(stage, notebook.Id));
        await MarkAsync(stage, new ObjectKey(NotebookManifests.Kind, project.Namespace, notebook.ObjectName), null);

        Assert.Equal(NotebookIntent.Running, (await PassedAsync(stage, notebook.Id)).Intent);
    }

    [Theory, EachProvider]
    public async Task Stop_BeforeAWatchHasShownThePod_IsNotDoneWhileThePodIsThere(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var (project, notebook) = await LaunchedAsync(stage);
        stage.Cluster.Put(Kinds.Pod, Manifest.Create(Kinds.Pod, project.Namespace, notebook.ObjectName + "-0", NotebookManifests.Owner(notebook.Id)));
        stage.Cluster.Unlisted.Add(Kinds.Pod);
        await stage.Database.Get<NotebookService>().StopAsync(stage.Ana, notebook.Id, default);

        Assert.Equal((NotebookIntent.Stopped, WorkloadState.Stopping), await PassedAsync(stage, notebook.Id));
        await stage.Cluster.DeleteAsync(new ObjectKey(Kinds.Pod, project.Namespace, notebook.ObjectName + "-0"), default);

        Assert.Equal((NotebookIntent.Stopped, WorkloadState.Stopped), await PassedAsync(stage, notebook.Id));
    }

    [Theory, EachProvider]
    public async Task Server_OfAProjectThatIsNotReadyForAMoment_GoesOn(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var (project, notebook) = await LaunchedAsync(stage);
        Run(stage, project, notebook);
        Assert.Equal((NotebookIntent.Running, WorkloadState.Running), await PassedAsync(stage, notebook.Id));
        await PutAsync(stage, ProjectState.Pending);

        Assert.Equal((NotebookIntent.Running, WorkloadState.Running), await PassedAsync(stage, notebook.Id));
    }

    // Its namespace may be gone, or going.
    [Theory, EachProvider]
    public async Task Server_ThatIsGoneWhileItsProjectIsNotReady_WaitsForTheProject(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var (project, notebook) = await LaunchedAsync(stage);
        await PutAsync(stage, ProjectState.Pending);
        await stage.Cluster.DeleteAsync(new ObjectKey(Kinds.StatefulSet, project.Namespace, notebook.ObjectName), default);

        Assert.Equal((NotebookIntent.Running, WorkloadState.Pending), await PassedAsync(stage, notebook.Id));
        Assert.Equal("project.not_ready", (await ReadAsync(stage, notebook.Id)).Reason);
        Assert.Empty(stage.Cluster.List(Kinds.StatefulSet, project.Namespace));
        await PutAsync(stage, ProjectState.Ready);
        await PassedAsync(stage, notebook.Id);

        Assert.Single(stage.Cluster.List(Kinds.StatefulSet, project.Namespace));
    }

    [Theory, EachProvider]
    public async Task Server_ThatSomebodyScalesUpAfterItWasStopped_IsStoppedAgain(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var (project, notebook) = await LaunchedAsync(stage);
        await stage.Database.Get<NotebookService>().StopAsync(stage.Ana, notebook.Id, default);
        Assert.Equal((NotebookIntent.Stopped, WorkloadState.Stopped), await PassedAsync(stage, notebook.Id));
        var controller = Assert.Single(stage.Cluster.List(Kinds.StatefulSet, project.Namespace));
        controller["spec"]!["replicas"] = 1;

        Assert.Equal((NotebookIntent.Stopped, WorkloadState.Stopped), await PassedAsync(stage, notebook.Id));

        Assert.Equal("0", Assert.Single(stage.Cluster.List(Kinds.StatefulSet, project.Namespace)).Text("spec", "replicas"));
    }

    private async Task<JsonObject> StoppedWithoutImageAsync(Provider provider, ResourceType kind)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, kind == NotebookManifests.Kind ? [kind] : []);
        var (project, notebook) = await LaunchedAsync(stage);
        await using (var db = await stage.Database.OpenAsync())
            await db.Set<Notebook>().ExecuteUpdateAsync(s => s.SetProperty(n => n.ImageId, "gone"));
        await stage.Database.Get<NotebookService>().StopAsync(stage.Ana, notebook.Id, default);
        await PassedAsync(stage, notebook.Id);
        return Assert.Single(stage.Cluster.List(kind, project.Namespace));
    }

    private static async Task<(Project Project, Notebook Notebook)> LaunchedAsync(PassStage stage)
    {
        var project = await stage.ReadyAsync();
        var id = (await stage.Database.Get<NotebookService>().LaunchAsync(stage.Ana, new NotebookDraft(Guid.CreateVersion7(), project.Id, "mine"), default)).Value;
        await stage.PassAsync(nameof(Notebook), id);
        return (project, await ReadAsync(stage, id));
    }

    private static void Run(PassStage stage, Project project, Notebook notebook) => stage.Cluster.Put(Kinds.Pod, new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = notebook.ObjectName + "-0",
            ["namespace"] = project.Namespace,
            ["labels"] = new JsonObject { [Manifest.IdLabel] = notebook.Id.ToString("D") },
        },
        ["spec"] = new JsonObject(),
        ["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
            ["containerStatuses"] = new JsonArray(new JsonObject { ["state"] = new JsonObject { ["running"] = new JsonObject() } }),
        },
    });

    private static async Task PutAsync(PassStage stage, ProjectState state)
    {
        await using var db = await stage.Database.OpenAsync();
        await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.State, state));
    }

    private static async Task<(NotebookIntent Intent, WorkloadState State)> PassedAsync(PassStage stage, Guid id)
    {
        stage.Database.Clock.Advance(TimeSpan.FromSeconds(10));
        await stage.PassAsync(nameof(Notebook), id);
        var row = await ReadAsync(stage, id);
        return (row.Intent, row.State);
    }

    private static async Task<Notebook> ReadAsync(PassStage stage, Guid id) =>
        (await stage.Database.Get<NotebookService>().GetAsync(stage.Ana, id, default)).Value.Notebook;

    private static Task MarkAsync(PassStage stage, ObjectKey key, string? mark) => stage.Cluster.PatchAsync(
        key, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [NotebookManifests.StoppedAnnotation] = mark } } }, default);
}

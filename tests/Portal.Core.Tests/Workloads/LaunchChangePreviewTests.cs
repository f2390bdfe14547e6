using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Ownership;
using Portal.Core.Tests.Projects;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Workloads;

public class LaunchChangePreviewTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task TrainJob_WhoseRuntimeOnlyTheLaunchMakes_IsNotTriedButItsRuntimeIs(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, TrainingKinds.TrainJob, TrainingKinds.TrainingRuntime);
        var project = await stage.ReadyAsync();
        var draft = new TrainingDraft(Guid.CreateVersion7(), project.Id, "torch") { Code = "print(1)", Framework = TrainingFramework.Torch };

        var plan = (await stage.AnsweredAsync(stage.Database.Get<LaunchChangePreview>().ForTrainingAsync(stage.Ana, draft, default))).Value;

        Assert.Equal(["TrainJob"], plan.NotTried);
        Assert.Equal(("TrainingRuntime", ObjectChangeKind.Create), (Assert.Single(plan.Objects).Kind, plan.Objects[0].Change));
    }

    [Theory, EachProvider]
    public async Task Notebook_BeforeItsLaunch_IsShownWithoutItsSecret(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        var preview = stage.Database.Get<NotebookPreview>();
        var draft = new NotebookDraft(Guid.CreateVersion7(), project.Id, "explore");

        var shown = (await preview.ForAsync(stage.Ana, draft, default)).Value;
        var bad = await preview.ForAsync(stage.Ana, draft with { ImageId = "none" }, default);

        Assert.Equal(["Service", "StatefulSet"], shown.Objects.Select(o => o.Text("kind")));
        Assert.Equal("workload.unknown_image", bad.Refusal?.Code);
        Assert.DoesNotContain(stage.Cluster.Calls, c => c.Contains("nb-", StringComparison.Ordinal));
    }
}

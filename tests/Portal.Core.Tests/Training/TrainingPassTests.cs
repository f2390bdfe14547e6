using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Tests.Projects;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Training;

/// <summary>What a pass over a run makes of what the watches have not shown yet.</summary>
public class TrainingPassTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task End_SeenBeforeThatOfItsPod_SaysWhyItFailed(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        stage.Database.Get<WorkloadOptions>().PortalAddress = new Uri("http://portal/");
        var project = await stage.ReadyAsync();
        var draft = new TrainingDraft(Guid.CreateVersion7(), project.Id, "fit") { Code = "1" };
        var id = (await stage.Database.Get<TrainingService>().LaunchAsync(stage.Ana, draft, default)).Value;
        await stage.PassAsync(nameof(TrainingRun), id);
        var job = Assert.Single(stage.Cluster.List(Kinds.Job, project.Namespace));
        job["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Failed", ["status"] = "True", ["reason"] = "BackoffLimitExceeded" }) };
        stage.Cluster.Put(Kinds.Pod, Killed(project.Namespace, id));
        stage.Cluster.Unlisted.Add(Kinds.Pod);

        await stage.PassAsync(nameof(TrainingRun), id);

        var run = (await stage.Database.Get<TrainingService>().GetAsync(stage.Ana, id, default)).Value.Run;
        Assert.Equal((WorkloadState.Failed, "pod.out_of_memory", 137), (run.State, run.Reason, run.ExitCode));
        Assert.NotNull(run.StartedAt);
    }

    private static JsonObject Killed(string ns, Guid run)
    {
        var pod = Manifest.Create(Kinds.Pod, ns, "fit-0", TrainingManifests.Owner(run));
        pod["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "training" }) };
        pod["status"] = JsonNode.Parse("""
            {"phase":"Failed","containerStatuses":[{"name":"training","state":{"terminated":{
              "exitCode":137,"reason":"OOMKilled","startedAt":"2026-11-01T10:00:00Z","finishedAt":"2026-11-01T10:05:00Z"}}}]}
            """);
        return pod;
    }
}

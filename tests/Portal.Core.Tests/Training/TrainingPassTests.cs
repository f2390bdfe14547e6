using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Projects;
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

    // A long log is not read whole every few seconds.
    [Theory, EachProvider]
    public async Task Log_OfALongRun_IsKeptByItsEndUntilItIsOver(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var (project, id) = await RunningAsync(stage);
        stage.Cluster.Log = string.Join('\n', Enumerable.Range(1, 6000).Select(i => $"step {i}"));

        await stage.PassAsync(nameof(TrainingRun), id);

        var kept = await LogAsync(stage, id);
        Assert.Equal((true, true), (kept.Truncated, kept.Text.EndsWith("step 6000\n", StringComparison.Ordinal)));
        Assert.DoesNotContain("step 1000\n", kept.Text, StringComparison.Ordinal);
        stage.Cluster.Put(Kinds.Pod, Killed(project.Namespace, id));
        Assert.Single(stage.Cluster.List(Kinds.Job, project.Namespace))["status"] =
            new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Failed", ["status"] = "True", ["reason"] = "BackoffLimitExceeded" }) };
        await stage.PassAsync(nameof(TrainingRun), id);
        kept = await LogAsync(stage, id);
        Assert.Equal((false, true), (kept.Truncated, kept.Text.StartsWith("step 1\n", StringComparison.Ordinal)));
    }

    [Theory, EachProvider]
    public async Task Stop_WhileItsLogCannotBeRead_WaitsALittleForIt(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var (project, id) = await RunningAsync(stage);
        await stage.Database.Get<TrainingService>().StopAsync(stage.Ana, id, default);

        await stage.PassAsync(nameof(TrainingRun), id);
        Assert.Single(stage.Cluster.List(Kinds.Job, project.Namespace));
        stage.Cluster.Log = "epoch 1";
        await stage.PassAsync(nameof(TrainingRun), id);

        Assert.Empty(stage.Cluster.List(Kinds.Job, project.Namespace));
        Assert.Equal("epoch 1\n", (await LogAsync(stage, id)).Text);
    }

    [Theory, EachProvider]
    public async Task Stop_OfARunWhoseNodeDoesNotAnswer_GoesOnWithoutItsLog(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var (project, id) = await RunningAsync(stage);
        await stage.Database.Get<TrainingService>().StopAsync(stage.Ana, id, default);

        stage.Database.Clock.Advance(TimeSpan.FromSeconds(21));
        await stage.PassAsync(nameof(TrainingRun), id);

        Assert.Empty(stage.Cluster.List(Kinds.Job, project.Namespace));
    }

    [Theory, EachProvider]
    public async Task Wait_ForAFlavorThatIsAPool_NamesThePool(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        stage.Database.Get<WorkloadOptions>().PortalAddress = new Uri("http://portal/");
        var project = await stage.ReadyAsync();
        await using (var db = await stage.Database.OpenAsync())
        {
            var elsewhere = await stage.Database.ClusterAsync("Elsewhere");
            db.Add(new HardwarePool { Name = "Big memory", Slug = "h100", ClusterId = stage.Cluster.Id, ResourceName = "nvidia.com/gpu", CreatedBy = stage.Ana.Id });
            db.Add(new HardwarePool { Name = "Other one", Slug = "a100", ClusterId = elsewhere, ResourceName = "nvidia.com/gpu", CreatedBy = stage.Ana.Id });
            await db.SaveChangesAsync();
        }
        var id = (await stage.Database.Get<TrainingService>().LaunchAsync(stage.Ana, new TrainingDraft(Guid.CreateVersion7(), project.Id, "fit") { Code = "1" }, default)).Value;
        await stage.PassAsync(nameof(TrainingRun), id);
        var job = Assert.Single(stage.Cluster.List(Kinds.Job, project.Namespace));
        job["metadata"]!["uid"] = "u1";

        Assert.Equal("Big memory", await FlavorAsync("h100"));
        // A pool of another cluster is not what is meant.
        Assert.Equal("a100", await FlavorAsync("a100"));
        var shown = (await stage.Database.Get<ProjectObjectsService>().ListAsync(stage.Ana, project.Id, default)).Value;
        Assert.Equal("a100", shown.Single(o => o.Kind == Kinds.Workload.Kind).Health!.Arguments["flavor"]);

        async Task<string> FlavorAsync(string flavor)
        {
            stage.Cluster.Put(Kinds.Workload, JsonNode.Parse($$"""
                {"kind":"Workload","metadata":{"name":"w","namespace":"{{project.Namespace}}","ownerReferences":[{"uid":"u1"}]},"spec":{"queueName":"default","active":true,"podSets":[]},
                "status":{"conditions":[{"type":"QuotaReserved","status":"False","reason":"Pending",
                "message":"couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor {{flavor}}, 1 more needed"}]} }
                """)!.AsObject());
            await stage.PassAsync(nameof(TrainingRun), id);
            var status = (await stage.Database.Get<TrainingService>().GetAsync(stage.Ana, id, default)).Value.Run.Status;
            Assert.StartsWith("quota.waiting", status.Reason, StringComparison.Ordinal);
            Assert.Contains($"in flavor {flavor}", status.Detail, StringComparison.Ordinal);
            return status.Arguments["flavor"];
        }
    }

    private static async Task<(Project Project, Guid Run)> RunningAsync(PassStage stage)
    {
        stage.Database.Get<WorkloadOptions>().PortalAddress = new Uri("http://portal/");
        var project = await stage.ReadyAsync();
        var id = (await stage.Database.Get<TrainingService>().LaunchAsync(stage.Ana, new TrainingDraft(Guid.CreateVersion7(), project.Id, "fit") { Code = "1" }, default)).Value;
        await stage.PassAsync(nameof(TrainingRun), id);
        stage.Cluster.Put(Kinds.Pod, Running(project.Namespace, id));
        await stage.PassAsync(nameof(TrainingRun), id);
        return (project, id);
    }

    private static async Task<TrainingLog> LogAsync(PassStage stage, Guid run)
    {
        await using var db = await stage.Database.OpenAsync();
        return await db.Set<TrainingLog>().AsNoTracking().SingleAsync(l => l.RunId == run);
    }

    private static JsonObject Running(string ns, Guid run)
    {
        var pod = Killed(ns, run);
        pod["status"] = JsonNode.Parse("""
            {"phase":"Running","containerStatuses":[{"name":"training","ready":true,"state":{"running":{"startedAt":"2026-11-01T10:00:00Z"}}}]}
            """);
        return pod;
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

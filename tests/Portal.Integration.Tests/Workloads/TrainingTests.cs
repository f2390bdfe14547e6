using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Workloads;

/// <summary>Real runs: Python processes that report to the portal as clients of MLflow do.</summary>
public class TrainingTests(WorkloadStage stage) : IClassFixture<WorkloadStage>
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    // What a plain client sends, with nothing but the standard library and the variables it is given.
    private const string Client = """
        import json, os, urllib.parse, urllib.request
        base, token = os.environ["MLFLOW_TRACKING_URI"], os.environ["MLFLOW_TRACKING_TOKEN"]
        def call(method, path, body=None):
            request = urllib.request.Request(base + "/api/2.0/mlflow/" + path, method=method,
                data=None if body is None else json.dumps(body).encode(),
                headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"})
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        name = urllib.parse.quote(os.environ["MLFLOW_EXPERIMENT_NAME"])
        experiment = call("GET", "experiments/get-by-name?experiment_name=" + name)["experiment"]
        run = call("POST", "runs/create", {"experiment_id": experiment["experiment_id"], "start_time": 0})["run"]["info"]["run_id"]
        assert run == os.environ["MLFLOW_RUN_ID"], run
        call("POST", "runs/log-parameter", {"run_id": run, "key": "depth", "value": "3"})
        call("POST", "runs/log-metric", {"run_id": run, "key": "loss", "value": 0.5, "timestamp": 1000, "step": 0})
        call("POST", "runs/log-metric", {"run_id": run, "key": "loss", "value": 0.5, "timestamp": 1000, "step": 0})
        call("POST", "runs/log-batch", {"run_id": run, "metrics": [
            {"key": "loss", "value": 0.25, "timestamp": "2000", "step": "1"},
            {"key": "loss", "value": "NaN", "timestamp": 3000, "step": 2}], "params": [], "tags": [{"key": "stage", "value": "test"}]})
        assert call("POST", "runs/update", {"run_id": run, "status": "FINISHED", "end_time": 1})["run_info"]["status"] == "FINISHED"
        print("reported", flush=True)
        open(os.path.join(os.environ["PORTAL_OUTPUT_DIR"], "model.txt"), "w").write("weights")
        """;

    [Fact]
    public async Task Run_ThatReports_SucceedsAndKeepsMetricsLogAndFiles()
    {
        var id = await LaunchAsync("reports", Client);

        var view = await EndedAsync(id);

        Assert.True(view.Run.State == WorkloadState.Succeeded, $"{view.Run.State} {view.Run.Reason} {await LogAsync(id)}");
        var series = Assert.Single((await stage.Get<TrainingMetrics>().ListAsync(stage.Scientist, id, Ct)).Value);
        Assert.Equal([0.5, 0.25, double.NaN], series.Points.Select(p => p.Value));
        Assert.Equal([("depth", "3"), ("stage", "test")], view.Notes.Select(n => (n.Key, n.Value)));
        Assert.Contains("reported", await LogAsync(id), StringComparison.Ordinal);
        Assert.Equal(("model.txt", 7L), view.Artefacts.Select(a => (a.Path, a.Size)).Single());
        Assert.Equal((0, "FINISHED"), (view.Run.ExitCode, view.Run.ReportedStatus));
        Assert.True(view.Run.StartedAt <= view.Run.FinishedAt);
        Assert.Contains(view.Steps, s => s.State == WorkloadState.Succeeded);
        using var api = await stage.Portal.ApiAsync("scientist");
        Assert.Equal("weights", await api.GetStringAsync($"/api/v1/training/{id}/artefacts/model.txt", Ct));
        Assert.Contains("reported", await api.GetStringAsync($"/api/v1/training/{id}/log", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ThatFails_SaysTheExitCodeAndKeepsTheLog()
    {
        var view = await EndedAsync(await LaunchAsync("fails", "import sys; print('why', flush=True); sys.exit(3)"));

        Assert.Equal((WorkloadState.Failed, "pod.exit_code", 3), (view.Run.State, view.Run.Reason, view.Run.ExitCode));
        Assert.Contains("why", await LogAsync(view.Run.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Stopped_EndsAndGivesEverythingBack()
    {
        var id = await LaunchAsync("long", "import time\nprint('begun', flush=True)\ntime.sleep(600)");
        await Eventually.TrueAsync(async () => (await LogAsync(id)).Contains("begun", StringComparison.Ordinal), "the run has begun");

        Assert.True((await stage.Get<TrainingService>().StopAsync(stage.Scientist, id, Ct)).Succeeded);
        var view = await EndedAsync(id);

        Assert.Equal((WorkloadState.Stopped, "training.stopped"), (view.Run.State, view.Run.Reason));
        Assert.Contains("begun", await LogAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OnThreeNodes_StartsEachOnceAndTheFirstSpeaksForAll()
    {
        const string Code = """
            import os
            rank, nodes = os.environ["PORTAL_NODE_RANK"], os.environ["PORTAL_NODES"]
            print("node", rank, "of", nodes, "meets at", os.environ["PORTAL_MASTER_ADDR"], flush=True)
            open(os.path.join(os.environ["PORTAL_OUTPUT_DIR"], "rank-" + rank + ".txt"), "w").write(nodes)
            """;
        var draft = new TrainingDraft(Guid.CreateVersion7(), stage.Project, "three") { Code = Code, Nodes = 3 };
        var id = (await stage.Get<TrainingService>().LaunchAsync(stage.Scientist, draft, Ct)).Value;

        var view = await EndedAsync(id);

        Assert.True(view.Run.State == WorkloadState.Succeeded, $"{view.Run.State} {view.Run.Reason} {view.Run.ReasonDetail} {await LogAsync(id)}");
        Assert.Equal(("batch/v1 Job", "choice.no_operator"), (view.Run.RunsAs, view.Run.RunsAsReason));
        Assert.Contains($"node 0 of 3 meets at {view.Run.ObjectName}-0.{view.Run.ObjectName}", await LogAsync(id), StringComparison.Ordinal);
        Assert.Contains(view.Artefacts, a => a.Path == "rank-0.txt");
    }

    [Fact]
    public async Task Run_OnSeveralNodesOfRayWithoutItsOperator_SaysWhatIsMissing()
    {
        var draft = new TrainingDraft(Guid.CreateVersion7(), stage.Project, "ray") { Code = "1", Nodes = 2, Framework = TrainingFramework.Ray };
        var id = (await stage.Get<TrainingService>().LaunchAsync(stage.Scientist, draft, Ct)).Value;

        await Eventually.TrueAsync(async () => (await ViewAsync(id)).Run.Reason == "training.no_ray", "the run says that the cluster has no Ray");

        await stage.Get<TrainingService>().StopAsync(stage.Scientist, id, Ct);
        Assert.Equal(WorkloadState.Stopped, (await EndedAsync(id)).Run.State);
    }

    [Fact]
    public async Task Run_OfAnUnknownImage_SaysWhichItIs()
    {
        var draft = new TrainingDraft(Guid.CreateVersion7(), stage.Project, "unknown")
        {
            CustomImage = "registry.example/none:1",
            Source = CodeSource.Image,
            Command = ["train"],
        };
        var id = (await stage.Get<TrainingService>().LaunchAsync(stage.Scientist, draft, Ct)).Value;

        await Eventually.TrueAsync(async () => (await ViewAsync(id)).Run.Reason == "pod.image_pull", "the run says that its image cannot be fetched");

        Assert.Equal("registry.example/none:1", (await ViewAsync(id)).Run.Status.Arguments["image"]);
        await stage.Get<TrainingService>().StopAsync(stage.Scientist, id, Ct);
        await EndedAsync(id);
    }

    [Fact]
    public async Task Report_WithAnotherToken_IsUnauthenticatedAndOfAnotherRunUnknown()
    {
        using var client = stage.Portal.Anonymous();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.PostAsync("/api/2.0/mlflow/runs/log-metric", JsonBody("{}"), Ct)).StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/2.0/mlflow/runs/get?run_id=x", Ct)).StatusCode);

        var id = await LaunchAsync("waits", "import time; time.sleep(600)");
        // Submitting it stores the hash of its own token; another one set before that would be overwritten.
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).Run.ObservedGeneration > 0, "the run is submitted");
        await using (var db = await stage.OpenAsync())
            await db.Set<TrainingRun>().Where(r => r.Id == id).ExecuteUpdateAsync(s => s.SetProperty(r => r.TokenHash, TrainingReconciler.HashOf("known")), Ct);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "known");
        var other = await client.PostAsync("/api/2.0/mlflow/runs/log-metric", JsonBody($$"""{"run_id":"{{Guid.NewGuid():N}}","key":"a","value":1,"timestamp":1}"""), Ct);
        var bad = await client.PostAsync("/api/2.0/mlflow/runs/log-metric", JsonBody($$"""{"run_id":"{{id:N}}","key":"a"}"""), Ct);

        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        Assert.Equal("INVALID_PARAMETER_VALUE", (await bad.Content.ReadFromJsonAsync<JsonObject>(Ct))!["error_code"]!.ToString());
        await stage.Get<TrainingService>().StopAsync(stage.Scientist, id, Ct);
        await EndedAsync(id);
    }

    private async Task<Guid> LaunchAsync(string name, string code) => (await stage.Get<TrainingService>().LaunchAsync(
        stage.Scientist, new TrainingDraft(Guid.CreateVersion7(), stage.Project, name) { Code = code }, Ct)).Value;

    private async Task<TrainingView> ViewAsync(Guid id) => (await stage.Get<TrainingService>().GetAsync(stage.Scientist, id, Ct)).Value;

    private async Task<TrainingView> EndedAsync(Guid id)
    {
        await Eventually.TrueAsync(async () => (await ViewAsync(id)).Run.Cleared, "the run has ended and is cleared away");
        return await ViewAsync(id);
    }

    private async Task<string> LogAsync(Guid id) => (await stage.Get<TrainingLogs>().ReadAsync(stage.Scientist, id, Ct)).Value.Text;

    private static StringContent JsonBody(string json) => new(json, Encoding.UTF8, "application/json");
}

using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Serving;
using Portal.Core.Training;
using Portal.Core.Waiting;
using Portal.Core.Workloads;
using static Portal.Integration.Tests.Identities.Jobs.Asked;

namespace Portal.Integration.Tests.Identities.Jobs;

/// <summary>What people run in a project.</summary>
internal static class WorkSteps
{
    private const string Elsewhere = "made-elsewhere";
    private const string Long = "import time\nprint('begun', flush=True)\ntime.sleep(3600)";

    public static async Task WorkInNotebookAsync(TwoParts parts, Guid project, bool delete)
    {
        var notebooks = parts.Get<NotebookService>();
        var id = Value(await notebooks.LaunchAsync(parts.Scientist, new NotebookDraft(Guid.CreateVersion7(), project, "explore"), Ct));
        Notebook? seen = null;
        await UntilAsync(async () => (seen = Value(await notebooks.GetAsync(parts.Scientist, id, Ct)).Notebook).State == WorkloadState.Running,
            () => $"the notebook runs: {seen?.State} {seen?.Reason} {seen?.ReasonDetail}");
        using (var browser = await parts.Web.BrowserAsync("scientist"))
        {
            var answered = HttpStatusCode.Unused;
            // The web part follows the cluster by watches of its own.
            await UntilAsync(async () =>
            {
                using var answer = await browser.GetAsync(new Uri($"/notebooks/{id}/api/status", UriKind.Relative), Ct);
                return (answered = answer.StatusCode) == HttpStatusCode.OK;
            }, () => $"the web part reaches the server: {answered}");
        }
        if (!delete)
            return;
        Done(await notebooks.DeleteAsync(parts.Scientist, id, Ct));
        await UntilAsync(async () => !(await notebooks.GetAsync(parts.Scientist, id, Ct)).Succeeded, () => "the notebook is gone");
    }

    // The web part takes the events in, the reconciler counts them: they share the database and nothing else.
    public static async Task MonitorAsync(TwoParts parts, Guid project)
    {
        using var api = await parts.Web.ApiAsync("scientist");
        var model = (await api.PostAsJsonAsync("/api/v1/monitored-models", new { projectId = project, name = "scoring" }, Ct)).Headers.Location!.ToString();
        var rows = "amount\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i % 17}.5\n"));
        Assert.Equal(HttpStatusCode.Created, (await api.PutAsync($"{model}/reference", new StringContent(rows, Encoding.UTF8, "text/csv"), Ct)).StatusCode);
        const string Event = """{"specversion":"1.0","id":"b","type":"org.kubeflow.serving.inference.request","source":"s","time":"2026-03-02T11:00:00Z","data":{"instances":[[3]]}}""";
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync($"{model}/events", new StringContent(Event, Encoding.UTF8, "application/cloudevents+json"), Ct)).StatusCode);
        await UntilAsync(async () => (await api.GetFromJsonAsync<JsonObject>(model, Ct)).Items("windows").Sum(w => (long)w["rows"]!) == 1, () => "the event is counted");
    }

    /// <summary>Runs that a grant has to do for, and one on two nodes.</summary>
    public static async Task QueueAsync(TwoParts parts, Guid project, Guid pool)
    {
        var first = await LaunchAsync(parts, new TrainingDraft(Guid.CreateVersion7(), project, "first") { Code = Long, PoolId = pool, Accelerators = 2 });
        await FollowAsync(parts, first);
        // Nothing is left of the grant: the second one waits, and Kueue is asked for its place.
        var second = await LaunchAsync(parts, new TrainingDraft(Guid.CreateVersion7(), project, "second") { Code = Long, PoolId = pool, Accelerators = 2 });
        await UntilAsync(async () => Value(await parts.Get<WaitService>().OfTrainingAsync(parts.Scientist, second, Ct)).Position == 1, () => "the second run waits");
        foreach (var id in new[] { first, second })
            await StopAsync(parts, id);
        var two = await LaunchAsync(parts, new TrainingDraft(Guid.CreateVersion7(), project, "two nodes") { Code = "print('done')", Nodes = 2 });
        await EndedAsync(parts, two, WorkloadState.Succeeded);
    }

    /// <summary>A run that is stopped and one that ends by itself, each carried out as a kind.</summary>
    /// <param name="operator">Does what the cluster has no controller for.</param>
    public static async Task TrainAsync(TwoParts parts, TrainingDraft draft, ResourceType kind, OperatorStandIn? @operator = null)
    {
        var stopped = await LaunchAsync(parts, draft with { Id = Guid.CreateVersion7(), Name = "stopped", Code = Long });
        if (@operator is not null)
            await @operator.BeginAsync(await ObjectAsync(parts, stopped));
        await FollowAsync(parts, stopped);
        Assert.Equal($"{kind.ApiVersion} {kind.Kind}", Value(await parts.Get<TrainingService>().GetAsync(parts.Scientist, stopped, Ct)).Run.RunsAs);
        await StopAsync(parts, stopped);
        var ended = await LaunchAsync(parts, draft with { Id = Guid.CreateVersion7(), Name = "ended", Code = "print('done')" });
        if (@operator is not null)
        {
            await @operator.BeginAsync(await ObjectAsync(parts, ended));
            await @operator.EndAsync(await ObjectAsync(parts, ended));
        }
        await EndedAsync(parts, ended, WorkloadState.Succeeded);
        Assert.Contains("done", Value(await parts.Get<TrainingLogs>().ReadAsync(parts.Scientist, ended, Ct)).Text, StringComparison.Ordinal);
    }

    /// <summary>What somebody makes in the namespace by other means is shown with the rest of the project.</summary>
    public static async Task ShowAsync(TwoParts parts, Guid project, params ResourceType[] kinds)
    {
        var ns = await ProjectSteps.NamespaceAsync(parts, project);
        foreach (var kind in kinds)
            await parts.Chart.MustAsync("POST", "/" + kind.Path(ns), MadeElsewhere(kind).ToJsonString());
        IReadOnlyList<ProjectObject> seen = [];
        await UntilAsync(async () =>
        {
            seen = Value(await parts.Get<ProjectObjectsService>().ListAsync(parts.Scientist, project, Ct));
            return kinds.All(kind => seen.Any(o => o.Kind == kind.Kind && o.Name == Elsewhere));
        }, () => $"what was made elsewhere is shown: {string.Join(' ', seen.Select(o => $"{o.Kind}/{o.Name}"))}");
    }

    private static JsonObject MadeElsewhere(ResourceType kind) => new()
    {
        ["apiVersion"] = kind.ApiVersion,
        ["kind"] = kind.Kind,
        ["metadata"] = new JsonObject { ["name"] = Elsewhere },
        ["spec"] = kind == ServingKinds.InferenceService
            ? new JsonObject { ["predictor"] = new JsonObject { ["model"] = new JsonObject { ["modelFormat"] = new JsonObject { ["name"] = "sklearn" } } } }
            : kind == ServingKinds.ServingRuntime
            ? new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "kserve-container", ["image"] = "localhost/sklearn-server:1" }) }
            : [],
    };

    private static async Task<Guid> LaunchAsync(TwoParts parts, TrainingDraft draft) => Value(await parts.Get<TrainingService>().LaunchAsync(parts.Scientist, draft, Ct));

    private static async Task FollowAsync(TwoParts parts, Guid id)
    {
        TrainingRun? run = null;
        await UntilAsync(async () =>
        {
            run = Value(await parts.Get<TrainingService>().GetAsync(parts.Scientist, id, Ct)).Run;
            return run.State == WorkloadState.Running
                && Value(await parts.Get<TrainingLogs>().ReadAsync(parts.Scientist, id, Ct)) is { Live: true } log && log.Text.Contains("begun", StringComparison.Ordinal);
        }, () => $"the run's log is read while it runs: {run?.State} {run?.Reason} {run?.ReasonDetail}");
    }

    private static async Task StopAsync(TwoParts parts, Guid id)
    {
        Done(await parts.Get<TrainingService>().StopAsync(parts.Scientist, id, Ct));
        await EndedAsync(parts, id, WorkloadState.Stopped);
    }

    private static async Task<ObjectKey> ObjectAsync(TwoParts parts, Guid id)
    {
        TrainingRun? run = null;
        await UntilAsync(async () => (run = Value(await parts.Get<TrainingService>().GetAsync(parts.Scientist, id, Ct)).Run).ObservedGeneration > 0,
            () => $"the run is submitted: {run?.State} {run?.Reason} {run?.ReasonDetail}");
        return new ObjectKey(TrainingManifests.ControllerKind(run!), await ProjectSteps.NamespaceAsync(parts, run!.ProjectId), run.ObjectName);
    }

    private static async Task EndedAsync(TwoParts parts, Guid id, WorkloadState state)
    {
        TrainingRun? run = null;
        await UntilAsync(async () => (run = Value(await parts.Get<TrainingService>().GetAsync(parts.Scientist, id, Ct)).Run) is { Cleared: true },
            () => $"the run has ended: {run?.State} {run?.Reason} {run?.ReasonDetail}");
        Assert.Equal(state, run!.State);
    }
}

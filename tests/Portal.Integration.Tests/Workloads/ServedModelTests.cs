using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Projects;
using Portal.Core.Serving;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Workloads;

/// <summary>A model that a run of the portal has trained, served by the manifests that the portal renders.</summary>
public class ServedModelTests(OperatorStage stage) : IClassFixture<OperatorStage>
{
    private const string Fit = """
        import joblib, os
        from sklearn.linear_model import LogisticRegression
        model = LogisticRegression().fit([[0.0, 0.0], [1.0, 1.0], [9.0, 9.0], [8.0, 9.0]], [0, 0, 1, 1])
        joblib.dump(model, os.path.join(os.environ["PORTAL_OUTPUT_DIR"], "model.joblib"))
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Model_OfARun_ServedAsRendered_AnswersThroughTheApiServer()
    {
        var folder = await TrainAsync();
        var cluster = stage.Get<IClusters>().All[0].Client;
        var place = WorkloadPlace.From(await NamespaceAsync(), await cluster.CapabilitiesAsync(Ct), new WorkloadOptions());
        var model = new ServedModel(
            new ReconcileOwner("Deployment", Guid.CreateVersion7()), "scorer", "Scorer",
            new ModelServer("sklearn", "sklearn", "localhost/sklearn-server:1", ["--model_name=scorer", "--model_dir=/mnt/models", "--http_port=8888"], 8888),
            $"pvc://{place.Claim}/{folder}")
        { Size = new WorkloadSize("small", 500, 1024) };
        Assert.Equal(ServingKinds.InferenceService, ServingPlan.For(model, place)!.Kind);

        var key = new ObjectKey(ServingKinds.InferenceService, place.Namespace, "scorer");
        await ApplyAsync(cluster, KServeManifests.For(model, place, KServeMode.NameFor(null, [])));
        await Eventually.TrueAsync(async () => await cluster.FindAsync(key, Ct) is { } found && Condition.Find(found, "Ready") is { IsTrue: true }, "the model is served");
        // From then on it is written as KServe itself calls it.
        var mode = KServeMode.NameFor(await cluster.FindAsync(key, Ct), []);
        Assert.Equal("Standard", mode);
        await ApplyAsync(cluster, KServeManifests.For(model, place, mode));

        var answer = await InferAsync(place.Namespace, """{"inputs":[{"name":"input","datatype":"FP64","shape":[2,2],"data":[0.5,0.2,8.5,9.0]}]}""");
        Assert.Equal("[0,1]", answer["outputs"]![0]!["data"]!.ToJsonString());
    }

    private static async Task ApplyAsync(IClusterClient cluster, IEnumerable<JsonObject> manifests)
    {
        foreach (var manifest in manifests)
            await cluster.ApplyAsync(manifest, Ct);
    }

    private async Task<string> TrainAsync()
    {
        var draft = new TrainingDraft(Guid.CreateVersion7(), stage.Project, "fit") { Code = Fit };
        var id = (await stage.Get<TrainingService>().LaunchAsync(stage.Scientist, draft, Ct)).Value;
        await Eventually.TrueAsync(async () => (await RunAsync(id)).FinishedAt is not null, "the run ends");
        var run = await RunAsync(id);
        Assert.True(run.State == WorkloadState.Succeeded, $"{run.State} {run.Reason} {(await stage.Get<TrainingLogs>().ReadAsync(stage.Scientist, id, Ct)).Value.Text}");
        return run.OutputFolder;
    }

    private async Task<JsonNode> InferAsync(string ns, string question)
    {
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(stage.Kubeconfig));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(client.BaseUri, $"api/v1/namespaces/{ns}/services/scorer-predictor:80/proxy/v2/models/scorer/infer"))
        {
            Content = new StringContent(question, Encoding.UTF8, "application/json"),
        };
        await client.Credentials.ProcessHttpRequestAsync(request, Ct);
        using var response = await client.HttpClient.SendAsync(request, Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!;
    }

    private async Task<TrainingRun> RunAsync(Guid id) => (await stage.Get<TrainingService>().GetAsync(stage.Scientist, id, Ct)).Value.Run;

    private async Task<string> NamespaceAsync()
    {
        await using var db = await stage.OpenAsync();
        return await db.Set<Project>().Where(p => p.Id == stage.Project).Select(p => p.Namespace).SingleAsync(Ct);
    }
}

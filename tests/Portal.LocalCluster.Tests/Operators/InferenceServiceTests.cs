using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Admission;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Operators;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Operators;

/// <summary>A model that scikit-learn has really trained, served by KServe's kinds and asked through the API server.</summary>
public sealed class InferenceServiceTests
{
    private const string Fit = """
        import joblib, os
        from sklearn.linear_model import LogisticRegression
        os.makedirs("/data/credit/1")
        joblib.dump(LogisticRegression().fit([[0.0, 0.0], [1.0, 1.0], [9.0, 9.0], [8.0, 9.0]], [0, 0, 1, 1]), "/data/credit/1/model.joblib")
        """;

    [Fact]
    public async Task InferenceService_OfATrainedModel_AnswersInfersStopsAndGoes()
    {
        await using TestCluster cluster = await StartAsync();
        await TrainAsync(cluster);
        cluster.Create(Service("pvc://store/credit/1"));
        await Until(cluster, service => Conditions.Find(service, "PredictorReady")?.Text("reason") == "RuntimeNotRecognized", "it waits for its runtime");
        cluster.Create(Runtime());

        await Until(cluster, service => Conditions.IsTrue(service, "Ready"), "it is ready");

        JsonObject ready = Find(cluster);
        Assert.True(Conditions.IsTrue(ready, "PredictorReady") && Conditions.IsTrue(ready, "IngressReady"));
        Assert.Equal("http://credit-predictor.team.svc.cluster.local", ready.Text("status", "url"));
        Assert.Equal(("Standard", "Loaded", "UpToDate"),
            (ready.Text("status", "deploymentMode"), ready.Text("status", "modelStatus", "states", "activeModelState"), ready.Text("status", "modelStatus", "transitionStatus")));

        using HttpClient client = Client(cluster);
        JsonNode? described = await client.GetFromJsonAsync<JsonNode>("v2/models/credit");
        Assert.Equal("[-1,2]", described!["inputs"]![0]!["shape"]!.ToJsonString());
        JsonObject answer = await AskAsync(client, """{"id":"7","inputs":[{"name":"input","datatype":"FP64","shape":[2,2],"data":[0.5,0.2,8.5,9.0]}],"outputs":[{"name":"predict"},{"name":"predict_proba"}]}""", HttpStatusCode.OK);
        Assert.Equal(("7", "credit"), (answer.Text("id"), answer.Text("model_name")));
        Assert.Equal("[0,1]", answer.Each("outputs").First().Items("data")!.ToJsonString());
        Assert.Equal("[2,2]", answer.Each("outputs").Last().Items("shape")!.ToJsonString());
        JsonObject refused = await AskAsync(client, """{"inputs":[{"name":"input","datatype":"FP64","shape":[1,3],"data":[1,2,3]}]}""", HttpStatusCode.BadRequest);
        Assert.Contains("3 features", refused.Text("error"), StringComparison.Ordinal);
        // As clients send what they do not know the length of; the connection is good for the next question.
        client.DefaultRequestHeaders.TransferEncodingChunked = true;
        for (int times = 0; times < 2; times++)
            await AskAsync(client, """{"inputs":[{"name":"input","datatype":"FP64","shape":[1,2],"data":[0.5,0.2]}]}""", HttpStatusCode.OK);

        Annotate(cluster, "true");
        await Until(cluster, service => Conditions.IsTrue(service, "Stopped") && !Conditions.IsTrue(service, "Ready"), "it is stopped");
        await Eventually.True(() => cluster.Objects.List("pods", "team", $"{Predictor.NameLabel}=credit").Count == 0, "nothing of it runs");
        Annotate(cluster, null);
        await Until(cluster, service => Conditions.IsTrue(service, "Ready"), "it is ready again");

        cluster.Objects.Delete(InferenceServiceController.Services, "team", "credit");
        await Eventually.True(() => cluster.Objects.List("deployments.apps", "team").Count == 0 && cluster.Objects.Find("services", "team", "credit-predictor") is null, "all that was made for it goes");
    }

    [Fact]
    public async Task InferenceService_WhoseModelIsNotThere_SaysThatItDoesNotLoad()
    {
        await using TestCluster cluster = await StartAsync();
        cluster.Create(Runtime());
        cluster.Create(Service("pvc://store/none"));

        await Until(cluster, service => service.Text("status", "modelStatus", "transitionStatus") == "BlockedByFailedLoad", "it does not load");

        JsonObject failed = Find(cluster);
        Assert.Equal(("ModelLoadFailed", 1L), (failed.Text("status", "modelStatus", "lastFailureInfo", "reason"), failed.Whole("status", "modelStatus", "lastFailureInfo", "exitCode")));
        Assert.False(Conditions.IsTrue(failed, "Ready"));
        Assert.Null(failed.Text("status", "url"));
    }

    [Fact]
    public async Task InferenceService_OfAModelElsewhere_IsRefusedInWords()
    {
        await using TestCluster cluster = await StartAsync();
        cluster.Create(Service("s3://models/credit"));

        await Until(cluster, service => service.Text("status", "modelStatus", "transitionStatus") == "InvalidSpec", "it is refused");

        Assert.Contains("pvc://", Conditions.Find(Find(cluster), "Ready")!.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public void Predictor_OfARestrictedRuntimeAndModel_IsRestricted()
    {
        JsonObject runtime = (JsonObject)JsonNode.Parse(Runtime())!;
        JsonObject container = (JsonObject)runtime.Items("spec", "containers")![0]!;
        container["securityContext"] = JsonNode.Parse("""{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}""");
        container["env"] = JsonNode.Parse("""[{"name":"A","value":"runtime"},{"name":"B","value":"runtime"}]""");
        JsonObject service = (JsonObject)JsonNode.Parse(Service("pvc://store/credit/1"))!;
        service.Ensure("spec", "predictor")["securityContext"] = JsonNode.Parse("""{"runAsNonRoot":true}""");
        JsonObject model = service.Ensure("spec", "predictor", "model");
        model["securityContext"] = JsonNode.Parse("""{"runAsUser":1000,"seccompProfile":{"type":"RuntimeDefault"}}""");
        model["env"] = JsonNode.Parse("""[{"name":"B","value":"model"}]""");

        JsonObject template = Predictor.Deployment(service, runtime, ("store", "credit/1")).Part("spec", "template");

        Assert.Empty(PodStandards.Violations("restricted", template));
        JsonObject made = template.Each("spec", "containers").Single();
        Assert.Equal(1000, made.Whole("securityContext", "runAsUser"));
        Assert.Equal(["A=runtime", "B=model"], made.Each("env").Select(variable => $"{variable.Text("name")}={variable.Text("value")}").Order(StringComparer.Ordinal));
        Assert.Equal("--model_name=credit", made.Texts("args").First());
    }

    private static async Task<TestCluster> StartAsync()
    {
        TestCluster cluster = await TestCluster.StartAsync(options => options.Operators.Add(LocalClusterOptions.KServe));
        cluster.Create("""{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"store","namespace":"team"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } } }""");
        return cluster;
    }

    private static async Task TrainAsync(TestCluster cluster)
    {
        JsonObject job = Manifests.Job("fit", Manifests.Python, ["/usr/bin/python3", "-c", Fit]);
        job.Container()["volumeMounts"] = JsonNode.Parse("""[{"name":"store","mountPath":"/data"}]""");
        job.Ensure("spec", "template", "spec")["volumes"] = JsonNode.Parse("""[{"name":"store","persistentVolumeClaim":{"claimName":"store"}}]""");
        cluster.Objects.Create(job);
        await Eventually.True(() => cluster.Objects.Find("jobs.batch", "team", "fit") is { } fit && Conditions.IsTrue(fit, "Complete"), "the model is trained");
    }

    private static string Runtime() => """
        {"apiVersion":"serving.kserve.io/v1alpha1","kind":"ServingRuntime","metadata":{"name":"sklearn","namespace":"team"},
         "spec":{"supportedModelFormats":[{"name":"sklearn","autoSelect":true}],"protocolVersions":["v2"],
           "containers":[{"name":"kserve-container","image":"localhost/sklearn-server:1","args":["--model_name={{.Name}}","--model_dir=/mnt/models","--http_port=8888"],
             "ports":[{"containerPort":8888}],"readinessProbe":{"httpGet":{"path":"/v2/health/ready","port":8888},"periodSeconds":1}}]}}
        """;

    private static string Service(string storage) => $$"""
        {"apiVersion":"serving.kserve.io/v1beta1","kind":"InferenceService",
         "metadata":{"name":"credit","namespace":"team","labels":{"networking.kserve.io/visibility":"cluster-local"},"annotations":{"serving.kserve.io/deploymentMode":"Standard"} },
         "spec":{"predictor":{"minReplicas":1,"terminationGracePeriodSeconds":0,"model":{"modelFormat":{"name":"sklearn"},"runtime":"sklearn","protocolVersion":"v2","storageUri":"{{storage}}"} } } }
        """;

    private static HttpClient Client(TestCluster cluster)
    {
        HttpClient client = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate is not null })
        {
            BaseAddress = new Uri(cluster.Address, "/api/v1/namespaces/team/services/credit-predictor:80/proxy/"),
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token);
        return client;
    }

    private static async Task<JsonObject> AskAsync(HttpClient client, string question, HttpStatusCode expected)
    {
        using StringContent content = new(question, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage answer = await client.PostAsync(new Uri("v2/models/credit/infer", UriKind.Relative), content);
        Assert.Equal(expected, answer.StatusCode);
        return (JsonObject)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private static void Annotate(TestCluster cluster, string? stopped)
    {
        JsonObject service = Find(cluster);
        service.Part("metadata").Remove("resourceVersion");
        service.Ensure("metadata", "annotations")[Predictor.StopAnnotation] = stopped;
        if (stopped is null) service.Part("metadata", "annotations").Remove(Predictor.StopAnnotation);
        cluster.Objects.Update(service);
    }

    private static JsonObject Find(TestCluster cluster) => cluster.Objects.Find(InferenceServiceController.Services, "team", "credit")!;

    private static Task Until(TestCluster cluster, Func<JsonObject, bool> condition, string what) =>
        Eventually.True(() => cluster.Objects.Find(InferenceServiceController.Services, "team", "credit") is { } service && condition(service), what);
}

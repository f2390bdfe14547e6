using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>Our answers against those recorded of a Kubernetes 1.36 API server.</summary>
public sealed class RecordedSampleTests(SamplesCluster api) : IClassFixture<SamplesCluster>
{
    /// <summary>Those that a test of their own plays.</summary>
    internal static readonly string[] SingleSamples =
    [
        "create-201", "scale", "delete-200", "delete-finalizers", "update-422-immutable", "quota-403",
        "limitrange", "list-selectors", "list-resource-version",
    ];

    [Theory]
    [InlineData("auth-401")]
    [InlineData("auth-403-rbac")]
    [InlineData("auth-access-reviews")]
    [InlineData("auth-impersonation")]
    [InlineData("auth-service-account-token")]
    [InlineData("create-400-bad-json")]
    [InlineData("create-400-namespace-mismatch")]
    [InlineData("create-400-wrong-kind")]
    [InlineData("create-400-wrong-type")]
    [InlineData("create-404-namespace")]
    [InlineData("create-415")]
    [InlineData("create-422-many-causes")]
    [InlineData("create-422-name")]
    [InlineData("create-422-no-name")]
    [InlineData("crd-422-schema")]
    [InlineData("crd-lifecycle")]
    [InlineData("dry-run")]
    [InlineData("field-validation")]
    [InlineData("get-404-object")]
    [InlineData("get-404-resource")]
    [InlineData("health")]
    [InlineData("method-405")]
    [InlineData("namespace-403-protected")]
    [InlineData("patch-404")]
    [InlineData("ssa-configmap")]
    [InlineData("ssa-custom-resource")]
    [InlineData("ssa-deployment-conflict")]
    [InlineData("update-404")]
    public Task Answer_OfABehaviour_IsTheRecordedOne(string sample) => Play(sample);

    [Theory]
    [InlineData("create-409-already-exists", "made", """{"a":"1"}""")]
    [InlineData("patch-merge", "pat", """{"a":"1","b":"2"}""")]
    [InlineData("patch-json", "pat", """{"a":"1","c":"3"}""")]
    [InlineData("patch-409-resource-version", "pat", "{}")]
    [InlineData("update-400-name", "upd", "{}")]
    [InlineData("update-no-change", "upd", """{"a":"4"}""")]
    [InlineData("get-406", "made", """{"a":"1"}""")]
    public async Task Answer_AboutAConfigMap_IsTheRecordedOne(string sample, string name, string data)
    {
        await api.PutConfigMapAsync(name, data);
        await Play(sample);
    }

    [Fact]
    public async Task Create_OfAnAbsentConfigMap_AnswersAsRecorded()
    {
        await api.SendAsync("DELETE", "/api/v1/namespaces/samples/configmaps/made");
        await Play("create-201");
    }

    [Fact]
    public async Task Scale_OfADeployment_AnswersAsRecorded()
    {
        await api.SendAsync("DELETE", "/apis/apps/v1/namespaces/samples/deployments/web");
        await api.ExpectAsync(
            201, "POST", "/apis/apps/v1/namespaces/samples/deployments",
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},
            "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"nginx:1"}]}}}}
            """);
        await api.ExpectAsync(200, "PATCH", "/apis/apps/v1/namespaces/samples/deployments/web/status", """{"status":{"replicas":1}}""", "application/merge-patch+json");
        await Play("scale");
    }

    [Fact]
    public async Task Delete_WithPreconditionsAndPolicies_AnswersAsRecorded()
    {
        await api.PutConfigMapAsync("d1", "{}");
        await api.PutConfigMapAsync("made", """{"a":"1"}""");
        await Play("delete-200");
    }

    [Fact]
    public async Task Delete_WithAFinalizer_AnswersAsRecorded()
    {
        await api.PutConfigMapAsync("fin", """{"a":"1"}""", metadata: ""","finalizers":["samples.lab/hold"]""");
        await Play("delete-finalizers");
    }

    [Fact]
    public async Task Update_OfAnImmutableConfigMap_AnswersAsRecorded()
    {
        await api.PutConfigMapAsync("immut", """{"a":"1"}""", ""","immutable":true""");
        await Play("update-422-immutable");
    }

    [Fact]
    public async Task Quota_ThatIsExceeded_AnswersAsRecorded()
    {
        await api.ReplaceAsync("resourcequotas", "team", "ResourceQuota", """{"hard":{"requests.cpu":"2","requests.nvidia.com/gpu":"1","pods":"6"}}""");
        await Play("quota-403");
        await api.SendAsync("DELETE", "/api/v1/namespaces/samples/resourcequotas/team");
    }

    [Fact]
    public async Task LimitRange_FillsAndRefuses_AsRecorded()
    {
        await api.ReplaceAsync("limitranges", "lr", "LimitRange", """{"limits":[{"type":"Container","default":{"cpu":"100m"},"defaultRequest":{"cpu":"50m"},"max":{"cpu":"1"}}]}""");
        await Play("limitrange", step => step.Whole("response", "status") == 403);
        var pod = await api.ExpectAsync(
            201, "POST", "/api/v1/namespaces/samples/pods?dryRun=All",
            """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"lr"},"spec":{"containers":[{"name":"c","image":"busybox:1"}]}}""");
        Assert.Equal("LimitRanger plugin set: cpu request for container c; cpu limit for container c", pod.Annotation("kubernetes.io/limit-ranger"));
        await api.SendAsync("DELETE", "/api/v1/namespaces/samples/limitranges/lr");
    }

    [Fact]
    public async Task Selectors_ThatCannotBeUnderstood_AreRefusedAsRecorded() =>
        await Play("list-selectors", step => step.Whole("response", "status") == 400);

    [Fact]
    public async Task ListVersions_ThatCannotBe_AreRefusedAsRecorded() =>
        await Play("list-resource-version", step => step.Whole("response", "status") is 400 or 422);

    private async Task Play(string sample, Func<JsonObject, bool>? only = null)
    {
        var path = SharedFolder.Path("kube-api-samples", sample + ".json");
        await new SampleReplay(api.Api).Play((JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(path))!, only);
    }
}

/// <summary>A cluster with what the recordings were made on: the namespace samples and the custom resource Widget.</summary>
public sealed class SamplesCluster : IAsyncLifetime
{
    private const string Widgets = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.samples.lab"},"spec":{"group":"samples.lab",
        "scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},"versions":[{"name":"v1","served":true,
        "storage":true,"subresources":{"status":{}},"additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size"},{"name":"Phase","type":"string","jsonPath":".status.phase"},{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}],
        "schema":{"openAPIV3Schema":{"type":"object","required":["spec"],"properties":{"spec":{"type":"object",
        "required":["size"],"x-kubernetes-validations":[{"rule":"self.mode == 'a' || self.size > 1","message":"mode b needs a size over 1"},
        {"rule":"self.mode == oldSelf.mode","message":"mode is immutable","fieldPath":".mode"}],"properties":{"size":{"type":"integer","minimum":1,"maximum":8},"mode":{"type":"string","enum":["a","b"],
        "default":"a"},"parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],
        "properties":{"name":{"type":"string"},"n":{"type":"integer"}}}}}},"status":{"type":"object","properties":{"phase":{"type":"string"}}}}}}}]}}
        """;

    /// <summary>What a controller of a real cluster puts into every namespace.</summary>
    private const string RootCertificate = """
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"kube-root-ca.crt","annotations":{"kubernetes.io/description":"Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."}},"data":{"ca.crt":"x"}}
        """;

    /// <summary>Each user's token is the user's name; what they may do is bound below.</summary>
    public ApiFixture Api { get; } = ApiFixture.With(options => options.Users =
    [
        new LocalUser { Name = "alice", Token = "alice", Uid = "u-alice", Groups = ["team-a"] },
        new LocalUser { Name = "bob", Token = "bob", Uid = "u-bob", Groups = ["team-b"] },
        new LocalUser { Name = "portal", Token = "portal", Uid = "u-portal" },
    ]);

    public async ValueTask InitializeAsync()
    {
        await Api.InitializeAsync();
        foreach (var (user, team) in ((string, string)[])[("alice", "team-a"), ("bob", "team-b")])
        {
            await Api.ExpectAsync(201, "POST", "/api/v1/namespaces", $$"""{"metadata":{"name":"{{team}}"} }""");
            await Api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{team}/configmaps", RootCertificate);
            await BindAsync($"/namespaces/{team}/rolebindings", "RoleBinding", $"{user}-edit", "edit", user);
        }
        await BindAsync("/clusterrolebindings", "ClusterRoleBinding", "portal", "cluster-admin", "portal");
        await Api.ExpectAsync(201, "POST", "/api/v1/namespaces", """{"metadata":{"name":"samples"}}""");
        await Api.ExpectAsync(201, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Widgets);
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();

    public Task<(System.Net.HttpStatusCode Code, JsonNode? Body, System.Net.Http.Headers.HttpResponseHeaders Headers)> SendAsync(string method, string path) => Api.SendAsync(method, path);

    public Task<JsonObject> ExpectAsync(int code, string method, string path, string body, string contentType = "application/json") =>
        Api.ExpectAsync(code, method, path, body, contentType);

    private Task BindAsync(string path, string kind, string name, string role, string user) => Api.ExpectAsync(
        201, "POST", "/apis/rbac.authorization.k8s.io/v1" + path,
        $$"""
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"{{kind}}","metadata":{"name":"{{name}}"},"roleRef":{"kind":"ClusterRole","name":"{{role}}"},"subjects":[{"kind":"User","name":"{{user}}"}]}
        """);

    public async Task PutConfigMapAsync(string name, string data, string more = "", string metadata = "")
    {
        await Api.SendAsync("DELETE", $"/api/v1/namespaces/samples/configmaps/{name}");
        await Api.ExpectAsync(
            201, "POST", "/api/v1/namespaces/samples/configmaps",
            $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"{{metadata}}},"data":{{data}}{{more}}}""");
    }

    public async Task ReplaceAsync(string plural, string name, string kind, string spec)
    {
        await Api.SendAsync("DELETE", $"/api/v1/namespaces/samples/{plural}/{name}");
        await Api.ExpectAsync(
            201, "POST", $"/api/v1/namespaces/samples/{plural}", $$"""{"apiVersion":"v1","kind":"{{kind}}","metadata":{"name":"{{name}}"},"spec":{{spec}}}""");
    }
}

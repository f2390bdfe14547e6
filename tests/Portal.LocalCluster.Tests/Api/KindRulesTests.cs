using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>Objects that a Kubernetes 1.20.2 API server was seen to refuse, with the fields that it named.</summary>
public sealed class KindRulesTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1/~/";
    private const string Container = """{"containers":[{"name":"c","image":"a:1"}]}""";

    [Theory]
    [InlineData("/api/v1/~/secrets", """{"type":"kubernetes.io/dockerconfigjson","data":{"x":"ZA=="}}""", "FieldValueRequired data[.dockerconfigjson]")]
    [InlineData("/api/v1/~/secrets", """{"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"ZA=="}}""", "FieldValueInvalid data[.dockerconfigjson]")]
    [InlineData("/api/v1/~/secrets", """{"type":"kubernetes.io/tls"}""", "FieldValueRequired data[tls.crt], FieldValueRequired data[tls.key]")]
    [InlineData("/api/v1/~/secrets", """{"type":"kubernetes.io/service-account-token"}""", "FieldValueRequired metadata.annotations[kubernetes.io/service-account.name]")]
    [InlineData("/api/v1/~/configmaps", """{"data":{"x":"1"},"binaryData":{"x":"AA=="}}""", "FieldValueInvalid data[x]")]
    [InlineData("/api/v1/~/services", """{"spec":{"type":"ExternalName"}}""", "FieldValueRequired spec.externalName")]
    [InlineData("/api/v1/~/pods", """{"spec":{"containers":[{"name":"c","image":"a","resources":{"requests":{"foo":"1"}}}]}}""", "FieldValueInvalid spec.containers[0].resources.requests[foo]")]
    [InlineData("/api/v1/~/resourcequotas", """{"spec":{"hard":{"zz":"1","foo.com/x":"1","count/jobs.batch":"1","requests.cpu":"1"}}}""", "FieldValueInvalid spec.hard[zz]")]
    [InlineData("/api/v1/~/persistentvolumeclaims", """{"spec":{"accessModes":["zz"],"resources":{"requests":{"storage":"0"}}}}""", "FieldValueNotSupported spec.accessModes, FieldValueInvalid spec.resources[storage]")]
    [InlineData("/api/v1/nodes", """{"spec":{"taints":[{"key":"k","effect":"Zz"}]}}""", "FieldValueNotSupported metadata.taints[0].effect")]
    [InlineData("/api/v1/nodes", """{"spec":{"taints":[{"key":"k","effect":"NoSchedule"},{"key":"k","value":"v","effect":"NoSchedule"}]}}""", "FieldValueDuplicate metadata.taints[1]")]
    [InlineData("/apis/scheduling.k8s.io/v1/priorityclasses", """{"value":2000000000}""", "FieldValueForbidden value")]
    [InlineData("/api/v1/~/limitranges", """{"spec":{"limits":[{"type":"Pod","max":{"cpu":"1"},"min":{"cpu":"2"}}]}}""", "FieldValueInvalid spec.limits[0].min[cpu]")]
    [InlineData("/apis/apps/v1/~/deployments", "{}", "FieldValueRequired spec.selector, FieldValueRequired spec.template.spec.containers")]
    [InlineData("/apis/apps/v1/~/deployments", """{"spec":{"selector":{"matchLabels":{"a":"b"}},"strategy":{"type":"Recreate","rollingUpdate":{}},"template":{"metadata":{"labels":{"a":"b"}},"spec":POD}}}""", "FieldValueForbidden spec.strategy.rollingUpdate")]
    [InlineData("/apis/batch/v1/~/jobs", """{"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"a:1"}]}}}}""", "FieldValueInvalid spec.selector")]
    [InlineData(Rbac + "roles", """{"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":[]},{"verbs":["get"]},{"verbs":["get"],"nonResourceURLs":["/x"]}]}""",
        "FieldValueRequired rules[0].verbs, FieldValueRequired rules[1].apiGroups, FieldValueRequired rules[1].resources, FieldValueInvalid rules[2].nonResourceURLs")]
    [InlineData(Rbac + "rolebindings", """{"roleRef":{"apiGroup":"zz","kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"x","apiGroup":"zz"}]}""",
        "FieldValueNotSupported roleRef.apiGroup, FieldValueNotSupported subjects[0].apiGroup")]
    [InlineData(Rbac + "rolebindings", """{"roleRef":{"kind":"Role","name":""},"subjects":[{"kind":"Zz","name":"x"}]}""", "FieldValueRequired roleRef.name, FieldValueNotSupported subjects[0].kind")]
    [InlineData("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """{"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"x"}]}""",
        "FieldValueNotSupported roleRef.kind, FieldValueRequired subjects[0].namespace")]
    public async Task Create_OfWhatCannotBe_IsRefusedByField(string path, string body, string causes)
    {
        var tree = (JsonObject)JsonNode.Parse(body.Replace("POD", Container, StringComparison.Ordinal))!;
        tree["metadata"] = new JsonObject { ["name"] = "x" };
        var refused = await api.ExpectAsync(422, "POST", path.Replace("~", $"namespaces/{await api.NamespaceAsync()}", StringComparison.Ordinal), tree.ToJsonString());
        Assert.Equal(causes, string.Join(", ", refused.Items("details", "causes")!.OfType<JsonObject>().Select(cause => $"{cause.Text("reason")} {cause.Text("field")}").Distinct()));
    }

    [Theory]
    [InlineData("secrets", """{"data":{"a":"not base64!"}}""")]
    [InlineData("configmaps", """{"binaryData":{"a":"***"}}""")]
    public async Task Create_WithBytesThatAreNone_IsRefusedByTheDecoder(string plural, string body)
    {
        var tree = (JsonObject)JsonNode.Parse(body)!;
        tree["metadata"] = new JsonObject { ["name"] = "x" };
        await api.ExpectAsync(400, "POST", $"/api/v1/namespaces/{await api.NamespaceAsync()}/{plural}", tree.ToJsonString());
    }

    [Theory]
    [InlineData("secrets", """{"type":"Opaque"}""", """{"type":"x/y"}""", "type")]
    [InlineData("persistentvolumeclaims", """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""", """{"spec":{"accessModes":["ReadWriteMany"]}}""", "spec")]
    // A claim of a class that is not there never gets a volume, and only one that has one grows.
    [InlineData("persistentvolumeclaims", """{"spec":{"storageClassName":"none","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""", """{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}""", "spec")]
    [InlineData("resourcequotas", """{"spec":{"hard":{"pods":"1"}}}""", """{"spec":{"scopes":["BestEffort"]}}""", "spec.scopes")]
    public async Task Change_OfWhatStays_IsRefused(string plural, string body, string patch, string field)
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/{plural}";
        var tree = (JsonObject)JsonNode.Parse(body)!;
        tree["metadata"] = new JsonObject { ["name"] = "x" };
        await api.ExpectAsync(201, "POST", path, tree.ToJsonString());
        var refused = await api.ExpectAsync(422, "PATCH", path + "/x", patch, "application/merge-patch+json");
        Assert.Equal(field, refused.Items("details", "causes")!.OfType<JsonObject>().Single().Text("field"));
    }

    [Fact]
    public async Task Definition_OfAnotherScope_IsRefused()
    {
        const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        await api.ExpectAsync(201, "POST", Definitions, """
            {"metadata":{"name":"scopes.samples.lab"},"spec":{"group":"samples.lab","scope":"Namespaced","names":{"plural":"scopes","kind":"Scope"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
            """);
        foreach (var (patch, field) in ((string, string)[])[("""{"spec":{"scope":"Cluster"}}""", "spec.scope"), ("""{"spec":{"group":"other.lab"}}""", "spec.group")])
        {
            var refused = await api.ExpectAsync(422, "PATCH", Definitions + "/scopes.samples.lab", patch, "application/merge-patch+json");
            Assert.Equal(field, refused.Items("details", "causes")!.OfType<JsonObject>().Single().Text("field"));
        }
        var scopes = $"/apis/samples.lab/v1/namespaces/{await api.NamespaceAsync()}/scopes";
        await api.ExpectAsync(400, "POST", scopes, """{"metadata":{"name":"x"}}""");
        await api.ExpectAsync(201, "POST", scopes, """{"apiVersion":"samples.lab/v1","kind":"Scope","metadata":{"name":"x"}}""");
        await api.ExpectAsync(422, "PUT", scopes + "/x", """{"apiVersion":"samples.lab/v1","kind":"Scope","metadata":{"name":"x","resourceVersion":"0"}}""");
    }

    [Fact]
    public async Task PriorityClass_WithAReservedName_IsRefused()
    {
        var refused = await api.ExpectAsync(422, "POST", "/apis/scheduling.k8s.io/v1/priorityclasses", """{"metadata":{"name":"system-x"},"value":5}""");
        Assert.Contains("system-x is not a known system priority class", refused.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StorageClass_OfAnotherProvisioner_IsRefused()
    {
        const string Classes = "/apis/storage.k8s.io/v1/storageclasses";
        await api.ExpectAsync(201, "POST", Classes, """{"metadata":{"name":"sc"},"provisioner":"x"}""");
        var refused = await api.ExpectAsync(422, "PATCH", Classes + "/sc", """{"provisioner":"y","parameters":{"a":"b"}}""", "application/merge-patch+json");
        Assert.Contains("provisioner: Forbidden: updates to provisioner are forbidden.", refused.Text("message"), StringComparison.Ordinal);
        Assert.Contains("parameters: Forbidden: updates to parameters are forbidden.", refused.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_ThatReportsItsCapacity_GivesOutAllOfIt()
    {
        await api.ExpectAsync(201, "POST", "/api/v1/nodes", """{"metadata":{"name":"node-of-rules"}}""");
        var node = await api.ExpectAsync(200, "PATCH", "/api/v1/nodes/node-of-rules/status", """{"status":{"capacity":{"cpu":"4"}}}""", "application/merge-patch+json");
        Assert.Equal("4", node.Text("status", "allocatable", "cpu"));
    }

    [Theory]
    [InlineData("selfsubjectaccessreviews", """{"spec":{}}""", 422)]
    [InlineData("selfsubjectaccessreviews", """{"spec":{"resourceAttributes":{"verb":"get"},"nonResourceAttributes":{"verb":"get"}}}""", 422)]
    [InlineData("subjectaccessreviews", """{"spec":{"resourceAttributes":{"verb":"list","resource":"pods"}}}""", 422)]
    [InlineData("namespaces/default/localsubjectaccessreviews", """{"spec":{"user":"alice","resourceAttributes":{"verb":"list","resource":"pods","namespace":"other"}}}""", 422)]
    [InlineData("selfsubjectrulesreviews", """{"spec":{}}""", 400)]
    public async Task Review_WithoutAQuestion_IsRefused(string path, string body, int code) =>
        await api.ExpectAsync(code, "POST", "/apis/authorization.k8s.io/v1/" + path, body);

    [Fact]
    public async Task Scale_OfAnotherNameOrKind_IsRefused()
    {
        var path = $"/apis/apps/v1/namespaces/{await api.NamespaceAsync()}/deployments";
        await api.ExpectAsync(201, "POST", path, $$"""{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"} },"template":{"metadata":{"labels":{"a":"b"} },"spec":{{Container}} } } }""");
        await api.ExpectAsync(400, "PUT", path + "/d/scale", """{"metadata":{"name":"other"},"spec":{"replicas":2}}""");
        await api.ExpectAsync(400, "PUT", path + "/d/scale", """{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"d"}}""");
        await api.ExpectAsync(405, "DELETE", path + "/d/scale");
        Assert.Equal(1, (await api.ExpectAsync(200, "GET", path + "/d/scale")).Whole("spec", "replicas"));
    }

    [Fact]
    public async Task Pod_WithFieldsAndHooks_HasTheirDefaults()
    {
        var pod = await api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{await api.NamespaceAsync()}/pods", """
            {"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"a:1","env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}],
            "lifecycle":{"preStop":{"httpGet":{"port":80}}}}],"volumes":[{"name":"v","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}}]}}
            """);
        var container = (JsonObject)pod.Items("spec", "containers")![0]!;
        Assert.Equal("v1", ((JsonObject)container.Items("env")![0]!).Text("valueFrom", "fieldRef", "apiVersion"));
        Assert.Equal("HTTP", container.Text("lifecycle", "preStop", "httpGet", "scheme"));
        var source = (JsonObject)((JsonObject)pod.Items("spec", "volumes")![0]!).Items("projected", "sources")![0]!;
        Assert.Equal(3600, source.Whole("serviceAccountToken", "expirationSeconds"));
    }
}

using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Admission;

/// <summary>The fence that keeps a reconciler inside the namespaces it manages, tried by one who may do all by its roles.</summary>
public sealed class PolicyTests(FencedCluster cluster) : IClassFixture<FencedCluster>
{
    private const string Parameterized = """{"failurePolicy":"Fail","paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"validations":[{"expression":"params.metadata.name == 'x'"}]}""";

    [Theory]
    [InlineData("ml-good", """{"mlops/managed":"true","pod-security.kubernetes.io/enforce":"restricted"}""", 201)]
    [InlineData("other", """{"mlops/managed":"true","pod-security.kubernetes.io/enforce":"restricted"}""", 422)]
    [InlineData("ml-open", """{"mlops/managed":"true"}""", 422)]
    [InlineData("ml-bare", "null", 422)]
    public async Task Namespace_OfTheReconciler_HasPrefixAndLabels(string name, string labels, int expected)
    {
        var (code, said) = await cluster.AsReconcilerAsync("POST", "/api/v1/namespaces", $$"""{"metadata":{"name":"{{name}}","labels":{{labels}} } }""");
        Assert.True(code == expected, said.ToJsonString());
        if (expected == 422) Assert.Equal($"namespaces \"{name}\" is forbidden: ValidatingAdmissionPolicy 'fence' with binding 'fence' denied request: the namespace is not ours", said.Text("message"));
    }

    [Fact]
    public async Task Namespace_ThatIsNotManaged_CannotBeRelabelled()
    {
        var (code, _) = await cluster.AsReconcilerAsync("PATCH", "/api/v1/namespaces/kube-system", """{"metadata":{"labels":{"mlops/managed":"true","pod-security.kubernetes.io/enforce":"restricted"}}}""");
        Assert.Equal(422, code);
        var asAdmin = await cluster.Api.ExpectAsync(200, "PATCH", "/api/v1/namespaces/kube-public", """{"metadata":{"labels":{"by":"admin"}}}""", "application/merge-patch+json");
        Assert.Equal("admin", asAdmin.Label("by"));
    }

    [Theory]
    [InlineData("ml-home", 201)]
    [InlineData("default", 422)]
    public async Task Object_OutsideOfManagedNamespaces_IsRefused(string ns, int expected)
    {
        var (code, said) = await cluster.AsReconcilerAsync("POST", $"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"generateName":"x-"}}""");
        Assert.True(code == expected, said.ToJsonString());
    }

    [Fact]
    public async Task Deletion_OutsideOfManagedNamespaces_IsRefused()
    {
        await cluster.Api.ExpectAsync(201, "POST", "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"kept"}}""");
        var (code, _) = await cluster.AsReconcilerAsync("DELETE", "/api/v1/namespaces/default/configmaps/kept", null);
        Assert.Equal(422, code);
        await cluster.Api.ExpectAsync(200, "DELETE", "/api/v1/namespaces/default/configmaps/kept");
    }

    [Theory]
    [InlineData("mlops-scientist", """{"kind":"User","name":"someone"}""", 201)]
    [InlineData("cluster-admin", """{"kind":"User","name":"someone"}""", 422)]
    [InlineData("mlops-scientist", """{"kind":"Group","name":"system:authenticated"}""", 422)]
    [InlineData("mlops-scientist", """{"kind":"ServiceAccount","name":"default","namespace":"kube-system"}""", 422)]
    [InlineData("mlops-workload-manager", """{"kind":"ServiceAccount","name":"portal-reconciler","namespace":"mlops-system"}""", 201)]
    public async Task Binding_OfTheReconciler_NamesListedRolesAndOwnSubjects(string role, string subject, int expected)
    {
        var (code, said) = await cluster.AsReconcilerAsync("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/ml-home/rolebindings", $$"""
            {"metadata":{"generateName":"b-"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{role}}"},"subjects":[{{subject}}]}
            """);
        Assert.True(code == expected, said.ToJsonString());
    }

    [Theory]
    [InlineData("no message for what is refused", 422, """{"failurePolicy":"Ignore","validations":[{"expression":"false","message":"so it is","messageExpression":"object.no.such"}]}""", "denied request: so it is")]
    [InlineData("no message either", 422, """{"failurePolicy":"Fail","validations":[{"expression":"false","messageExpression":"object.no.such"}]}""", "denied request: failed expression: false")]
    [InlineData("a condition without a value before one that is false", 201,
        """{"failurePolicy":"Fail","matchConditions":[{"name":"a","expression":"object.no.such == 1"},{"name":"b","expression":"false"}],"validations":[{"expression":"false"}]}""")]
    [InlineData("a condition without a value before one that is true", 422,
        """{"failurePolicy":"Fail","matchConditions":[{"name":"a","expression":"object.no.such == 1"},{"name":"b","expression":"true"}],"validations":[{"expression":"true"}]}""", "no such key: no")]
    [InlineData("a condition without a value, ignored", 201,
        """{"failurePolicy":"Ignore","matchConditions":[{"name":"a","expression":"object.no.such == 1"}],"validations":[{"expression":"false"}]}""")]
    [InlineData("parameters that are not there", 201, Parameterized, "", """{"name":"absent","parameterNotFoundAction":"Allow"}""")]
    [InlineData("parameters that have to be there", 422, Parameterized, "no params found for policy binding with `Deny` parameterNotFoundAction", """{"name":"absent","parameterNotFoundAction":"Deny"}""")]
    [InlineData("parameters that are there", 422, Parameterized, "failed expression: params.metadata.name == 'x'", """{"name":"there","parameterNotFoundAction":"Allow"}""")]
    public async Task Policy_WithoutAValueSomewhere_DecidesAllTheSame(string what, int expected, string spec, string message = "", string? paramRef = null)
    {
        var ns = await cluster.Api.NamespaceAsync();
        await cluster.Api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{ns}/configmaps", """{"metadata":{"name":"there"}}""");
        var policy = (JsonObject)JsonNode.Parse(spec)!;
        policy["matchConstraints"] = JsonNode.Parse($$"""
            {"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"{{ns}}"} },"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["secrets"]}]}
            """);
        await cluster.Api.ExpectAsync(201, "POST", $"{FencedCluster.Policies}/validatingadmissionpolicies", $$"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"{{ns}}"},"spec":{{policy.ToJsonString()}} }
            """);
        await cluster.Api.ExpectAsync(201, "POST", $"{FencedCluster.Policies}/validatingadmissionpolicybindings", $$"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicyBinding","metadata":{"name":"{{ns}}"},"spec":{"policyName":"{{ns}}","validationActions":["Deny"]{{(paramRef is null ? "" : $",\"paramRef\":{paramRef}")}} } }
            """);

        var (code, said, _) = await cluster.Api.SendAsync("POST", $"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"s"}}""");

        Assert.True((int)code == expected, $"{what}: {said?.ToJsonString()}");
        Assert.Contains(message, ((JsonObject)said!).Text("message") ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_WithAnExpressionThatCannotBeRead_IsRefusedWhereItStands()
    {
        var said = await cluster.Api.ExpectAsync(422, "POST", "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", """
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"bad"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["pods"]}]},
             "validations":[{"expression":"object.spec =="}]}}
            """);
        Assert.Equal("spec.validations[0].expression", said.Items("details", "causes")![0]!["field"]!.GetValue<string>());
    }

    [Fact]
    public async Task Rules_OfADefinition_KnowTheElementBefore()
    {
        await cluster.Api.ExpectAsync(201, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"boxes.samples.lab"},"spec":{"group":"samples.lab","scope":"Cluster","names":{"plural":"boxes","kind":"Box"},
             "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{"parts":{"type":"array",
             "x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"size":{"type":"integer"}},
             "x-kubernetes-validations":[{"rule":"self.size >= oldSelf.size","messageExpression":"'size was ' + string(oldSelf.size)"}]}}}}}}}}]}}
            """);
        await cluster.Api.ExpectAsync(201, "POST", "/apis/samples.lab/v1/boxes", """{"apiVersion":"samples.lab/v1","kind":"Box","metadata":{"name":"b"},"spec":{"parts":[{"name":"x","size":3},{"name":"y","size":1}]}}""");
        var said = await cluster.Api.ExpectAsync(422, "PATCH", "/apis/samples.lab/v1/boxes/b", """{"spec":{"parts":[{"name":"y","size":1},{"name":"x","size":2},{"name":"new","size":0}]}}""", "application/merge-patch+json");
        Assert.Equal("Box.samples.lab \"b\" is invalid: spec.parts[1]: Invalid value: size was 3", said.Text("message"));
    }
}

/// <summary>A cluster with the fence and a reconciler whose roles would let it do everything.</summary>
public sealed class FencedCluster : IAsyncLifetime
{
    public const string Policies = "/apis/admissionregistration.k8s.io/v1";

    private const string Fence = """
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: fence}
        spec:
          failurePolicy: Fail
          matchConstraints: {resourceRules: [{apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE, UPDATE, DELETE], resources: ["*"]}]}
          matchConditions: [{name: us, expression: "request.userInfo.username == 'system:serviceaccount:mlops-system:portal-reconciler'"}]
          validations:
          - message: the namespace is not ours
            expression: >-
              request.resource.resource != 'namespaces' || (object.metadata.name.startsWith('ml-')
              && object.metadata.?labels[?'mlops/managed'].orValue('') == 'true'
              && object.metadata.?labels[?'pod-security.kubernetes.io/enforce'].orValue('') == 'restricted')
          - expression: >-
              request.resource.resource == 'namespaces' || request.namespace == 'mlops-system'
              || namespaceObject.metadata.?labels[?'mlops/managed'].orValue('') == 'true'
          - expression: >-
              request.resource.resource != 'rolebindings' || request.operation == 'DELETE' || (request.namespace != 'mlops-system'
              && object.roleRef.name in ['mlops-scientist','mlops-lead','mlops-auditor','mlops-workload-manager']
              && object.?subjects.orValue([]).all(s, !s.name.startsWith('system:') && (s.kind != 'ServiceAccount' || s.?namespace.orValue('') == request.namespace
              || (s.name == 'portal-reconciler' && object.roleRef.name == 'mlops-workload-manager'))))
        """;

    public ApiFixture Api { get; } = ApiFixture.With(options => options.Users =
        [new LocalUser { Name = "system:serviceaccount:mlops-system:portal-reconciler", Token = "reconciler", Groups = ["system:masters"] }]);

    public async ValueTask InitializeAsync()
    {
        await Api.InitializeAsync();
        await Api.ExpectAsync(201, "POST", Policies + "/validatingadmissionpolicies", Fence, "application/yaml");
        await Api.ExpectAsync(201, "POST", Policies + "/validatingadmissionpolicybindings", """
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicyBinding","metadata":{"name":"fence"},"spec":{"policyName":"fence","validationActions":["Deny"]}}
            """);
        await Api.ExpectAsync(201, "POST", "/api/v1/namespaces", """{"metadata":{"name":"ml-home","labels":{"mlops/managed":"true","pod-security.kubernetes.io/enforce":"restricted"}}}""");
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();

    public async Task<(int Code, JsonObject Body)> AsReconcilerAsync(string method, string path, string? body)
    {
        var (code, answer, _) = await Api.SendAsync(method, path, body, method == "PATCH" ? "application/merge-patch+json" : "application/json", token: "reconciler");
        return ((int)code, answer as JsonObject ?? []);
    }
}

using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Testing.Files;
using Portal.Testing.Schemas;

namespace Portal.Integration.Tests.Install;

/// <summary>The chart as helm sees it, against its golden render and the published schemas.</summary>
public class HelmChartTests
{
    private static readonly string Chart = Repository.At("helm", "portal");

    /// <summary>Each case is a file of golden renders and the settings it was rendered with.</summary>
    public static TheoryData<string, string[]> Renders => new()
    {
        { "default", [] },
        { "ingress", ["--set", "ingress.enabled=true,ingress.className=nginx,ingress.tlsSecretName=portal-tls,replicas=2,data.accessMode=ReadWriteMany,metrics.podMonitor=true,metrics.namespaces={monitoring}"] },
        { "registered", ["--set", "registered.enabled=true"] },
    };

    [Fact]
    public async Task Chart_Lint_IsClean()
    {
        var (code, output, error) = await Tool.RunAsync(Tool.Find("helm"), "lint", "--strict", Chart);

        Assert.True(code == 0, output + error);
    }

    [Theory, MemberData(nameof(Renders))]
    public async Task Chart_Render_EqualsGolden(string name, string[] settings)
    {
        var render = await RenderAsync(settings);
        var golden = Path.Combine(Chart, "golden", name + ".yaml");

        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(golden, render, TestContext.Current.CancellationToken);

        Assert.Equal(await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken), render);
    }

    [Theory, MemberData(nameof(Renders))]
    public async Task Chart_Render_IsValidAgainstPublishedSchemas(string name, string[] settings)
    {
        var objects = YamlDocuments.Read(await RenderAsync(settings)).ToList();

        Assert.True(objects.Count > 5, name);
        Assert.All(objects, o => KubernetesSchemas.AssertValid(o));
    }

    [Theory]
    [InlineData("replicas=0")]
    [InlineData("image.digest=latest")]
    [InlineData("database.secretName=")]
    [InlineData("reconciler.replicas=0")]
    [InlineData("fence.enabled=maybe")]
    [InlineData("data.accessMode=ReadWriteOncePod")]
    [InlineData("registered.enabled=yes")]
    [InlineData("settings.Projects:ImagePullSecrets={registry}")]
    [InlineData("settings.Projects Storage=fast")]
    [InlineData("settings.portal:part=All")]
    [InlineData("settings.Projects:Bindings:0:Role=cluster-admin")]
    [InlineData("unknown=1")]
    public async Task Chart_BadValue_IsRefused(string setting)
    {
        var (code, _, error) = await Tool.RunAsync(Tool.Find("helm"), "template", "portal", Chart, "--set", setting);

        Assert.NotEqual(0, code);
        Assert.Contains(setting.Split('=')[0].Split('.')[^1], error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chart_OnOpenShift_LeavesUsersAndGroupsToIt()
    {
        var pods = Pods(await RenderAsync("--api-versions", "security.openshift.io/v1"));

        Assert.Equal(2, pods.Count);
        Assert.All(pods, pod =>
        {
            Assert.Equal(["runAsNonRoot", "seccompProfile"], pod.At("securityContext")!.AsObject().Select(f => f.Key).Order());
            Assert.All(pod.Items("containers"), c => Assert.Null(c.At("securityContext", "runAsUser")));
        });
    }

    [Fact]
    public async Task Chart_WithAPodSecurityContext_PutsItAboveItsOwn()
    {
        var pods = Pods(await RenderAsync("--set", "podSecurityContext.fsGroup=1000680000,podSecurityContext.supplementalGroups={7}"));

        Assert.All(pods, pod => Assert.Equal(
            ("1000680000", "1654", "7"),
            (pod.Text("securityContext", "fsGroup"), pod.Text("securityContext", "runAsUser"), pod.Items("securityContext", "supplementalGroups").Single().ToString())));
    }

    [Fact]
    public async Task Chart_WithSettings_GivesThemToBothPartsAsTheyAreWritten()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """
            settings:
              Projects:StorageClass: fast
              Projects:ImagePullSecrets:0: registry
              Catalog:References:jupyter: registry.bank.example/notebook:1
              Catalog:CorePrice: 0.05
              Workloads:FileGroup: 1000680000
              Workloads:PortalAddress: https://portal.bank.example
              ForwardedHeaders:Enabled: true
            """, TestContext.Current.CancellationToken);

        var parts = Pods(await RenderAsync("--values", file)).Select(Variables).ToList();
        File.Delete(file);

        Assert.Equal(2, parts.Count);
        Assert.All(parts, variables =>
        {
            // A variable that is named twice is refused by a server-side apply.
            Assert.Equal(variables.Count, variables.DistinctBy(v => v.Name).Count());
            Assert.Superset(
                new HashSet<(string, string?)>
                {
                    ("Projects__StorageClass", "fast"), ("Projects__ImagePullSecrets__0", "registry"),
                    ("Catalog__References__jupyter", "registry.bank.example/notebook:1"), ("Catalog__CorePrice", "0.05"),
                    ("Workloads__FileGroup", "1000680000"), ("Workloads__PortalAddress", "https://portal.bank.example"), ("ForwardedHeaders__Enabled", "true"),
                },
                variables.ToHashSet());
        });
    }

    [Fact]
    public async Task Chart_WithAuthoritiesAndPullSecrets_GivesThemToBothParts()
    {
        var render = await RenderAsync("--set", "certificates.configMapName=bank,imagePullSecrets[0].name=registry");
        Assert.All(YamlDocuments.Read(render), o => KubernetesSchemas.AssertValid(o));

        Assert.All(Pods(render), pod =>
        {
            Assert.Equal("registry", pod.Items("imagePullSecrets").Single().Text("name"));
            var mounted = pod.Items("containers").Single().Items("volumeMounts").Single(m => m.Text("name") == "certificates").Text("mountPath");
            var item = pod.Items("volumes").Single(v => v.Text("name") == "certificates").Items("configMap", "items").Single();
            Assert.Equal("ca-bundle.crt", item.Text("key"));
            Assert.Contains(("SSL_CERT_FILE", $"{mounted}/{item.Text("path")}"), Variables(pod));
        });
    }

    [Theory]
    [InlineData("replicas=2")]
    [InlineData("reconciler.replicas=2")]
    public async Task Chart_WithReplicasThatTheClaimHoldsOnOneNode_IsRefusedUntilItIsShared(string setting)
    {
        string[] many = ["template", "portal", Chart, "--set", setting];
        var (code, _, error) = await Tool.RunAsync(Tool.Find("helm"), many);
        var (shared, render, _) = await Tool.RunAsync(Tool.Find("helm"), [.. many, "--set", "data.accessMode=ReadWriteMany"]);

        Assert.NotEqual(0, code);
        Assert.Contains("set data.accessMode=ReadWriteMany", error, StringComparison.Ordinal);
        Assert.Equal(0, shared);
        Assert.All(Pods(render), pod => Assert.Null(pod["affinity"]));
    }

    [Fact]
    public async Task Chart_Claim_OutlivesTheReleaseAndHoldsBothPartsOnItsNode()
    {
        var render = await RenderAsync();
        var claim = YamlDocuments.Read(render).Single(o => o.Text("kind") == "PersistentVolumeClaim");

        Assert.Equal("keep", claim.Text("metadata", "annotations", "helm.sh/resource-policy"));
        Assert.Equal("ReadWriteOnce", claim.Items("spec", "accessModes").Single().ToString());
        Assert.All(Pods(render), pod => Assert.Equal(
            "kubernetes.io/hostname",
            pod.Items("affinity", "podAffinity", "requiredDuringSchedulingIgnoredDuringExecution").Single().Text("topologyKey")));
    }

    [Fact]
    public async Task Chart_Network_LetsEverybodyToTheWebPartAndNobodyToTheReconciler()
    {
        var policies = Policies(await RenderAsync());

        Assert.Equal("""[{"ports":[{"port":8080}]}]""", policies["portal-web"].At("spec", "ingress")?.ToJsonString());
        Assert.Null(policies["portal-reconciler"].At("spec", "ingress"));
        Assert.All(policies.Values, p => Assert.Equal(["Ingress"], p.Items("spec", "policyTypes").Select(t => t.ToString())));
        Assert.Empty(Policies(await RenderAsync("--set", "networkPolicy.enabled=false")));
    }

    [Fact]
    public async Task Chart_Metrics_AreReachedFromTheNamedNamespacesAlone()
    {
        string[] scraped = ["--set", "metrics.podMonitor=true"];
        var (code, _, error) = await Tool.RunAsync(Tool.Find("helm"), ["template", "portal", Chart, .. scraped]);
        var policies = Policies(await RenderAsync([.. scraped, "--set", "metrics.namespaces={monitoring,openshift-monitoring}"]));

        Assert.NotEqual(0, code);
        Assert.Contains("metrics.namespaces", error, StringComparison.Ordinal);
        Assert.Equal(2, policies.Count);
        Assert.All(policies.Values, p =>
        {
            var rule = p.Items("spec", "ingress").Single(r => r.Items("ports").Single().Text("port") == "9464");
            var selected = rule.Items("from").Single().Items("namespaceSelector", "matchExpressions").Single();
            Assert.Equal("kubernetes.io/metadata.name", selected.Text("key"));
            Assert.Equal(["monitoring", "openshift-monitoring"], selected.Items("values").Select(v => v.ToString()));
        });
    }

    [Fact]
    public async Task Chart_ForAFurtherCluster_IsAnAccountAndWhatHoldsIt()
    {
        var objects = YamlDocuments.Read(await RenderAsync("--set", "registered.enabled=true,ingress.enabled=true,metrics.podMonitor=true,replicas=2")).ToList();

        Assert.Equal(
            ["ClusterRole", "ClusterRoleBinding", "Secret", "ServiceAccount", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
            objects.Select(o => o.Text("kind")).Order());
        var secret = objects.Single(o => o.Text("kind") == "Secret");
        Assert.Equal("kubernetes.io/service-account-token", secret.Text("type"));
        Assert.Equal(
            objects.Single(o => o.Text("kind") == "ServiceAccount").Name(), secret.Text("metadata", "annotations", "kubernetes.io/service-account.name"));
    }

    [Fact]
    public async Task Chart_OnAServerWithoutPolicies_IsRefusedUntilTheFenceIsTakenOut()
    {
        string[] old = ["template", "portal", Chart, "--kube-version", "1.29"];
        var (code, _, error) = await Tool.RunAsync(Tool.Find("helm"), old);
        var (without, render, _) = await Tool.RunAsync(Tool.Find("helm"), [.. old, "--set", "fence.enabled=false"]);

        Assert.NotEqual(0, code);
        Assert.Contains("fence.enabled=false", error, StringComparison.Ordinal);
        Assert.Equal(0, without);
        Assert.DoesNotContain("ValidatingAdmissionPolicy", render, StringComparison.Ordinal);
    }

    private static List<JsonNode> Pods(string render) =>
        [.. YamlDocuments.Read(render).Where(o => o.Text("kind") == "Deployment").Select(o => o.At("spec", "template", "spec")!)];

    private static List<(string Name, string? Value)> Variables(JsonNode pod) =>
        [.. pod.Items("containers").Single().Items("env").Select(e => (e.Text("name")!, e.Text("value")))];

    private static Dictionary<string, JsonObject> Policies(string render) =>
        YamlDocuments.Read(render).Where(o => o.Text("kind") == "NetworkPolicy").ToDictionary(o => o.Name());

    private static async Task<string> RenderAsync(params string[] settings)
    {
        var (code, output, error) = await Tool.RunAsync(
            Tool.Find("helm"), ["template", "portal", Chart, "--namespace", "mlops", .. settings]);
        Assert.True(code == 0, error);
        return output;
    }
}

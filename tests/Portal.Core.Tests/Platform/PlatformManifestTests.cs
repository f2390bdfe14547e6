using System.Text.Json.Nodes;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Connections;
using Portal.Core.Delivery;
using Portal.Core.Hardware;
using Portal.Core.Monitoring;
using Portal.Core.Pipelines;
using Portal.Core.Projects;
using Portal.Core.Publishing;
using Portal.Core.Streams;
using Portal.Core.Tests.Workloads;
using Portal.Core.Workloads;
using Portal.Testing.Golden;
using Portal.Testing.Schemas;

namespace Portal.Core.Tests.Platform;

/// <summary>The objects beside workloads: what leads to them, what they reach, what measures and delivers them.</summary>
public class PlatformManifestTests
{
    private static readonly ReconcileOwner Owner = new("Project", Places.Id);

    private static readonly HardwarePool Pool = new()
    {
        Id = Places.Id,
        Name = "H100 (Frankfurt)",
        Slug = "h100",
        ResourceName = "nvidia.com/gpu",
        NodeLabels = new() { ["nvidia.com/gpu.product"] = "H100" },
        Taints = [new NodeTaint("nvidia.com/gpu", "", "NoSchedule")],
    };

    internal static readonly PublishedService Published = new(Owner, "ml-credit-risk", "credit-scorer", 80, "credit.example.com")
    {
        PortName = "http",
        Gateway = new GatewayName("gateways", "public", "https"),
        CertificateSecret = "credit-tls",
        IngressClass = "nginx",
        Path = "/v2",
    };

    [Theory]
    [InlineData("Route", "choice.served")]
    [InlineData("HTTPRoute", "choice.served")]
    [InlineData("Ingress", "choice.no_gateway")]
    public void Published_OnEachSortOfCluster_IsTheGoldenOneAndValid(string kind, string reason)
    {
        ResourceType[] served = kind switch { "Route" => [PublishingKinds.Route, PublishingKinds.HttpRoute], "HTTPRoute" => [PublishingKinds.HttpRoute], _ => [] };

        var choice = PublishedServiceManifests.Choose(Published, served);

        Assert.Equal((kind, reason), (choice.Kind.Kind, choice.Reason));
        Same("published-" + kind, [PublishedServiceManifests.For(Published, choice)]);
    }

    [Fact]
    public void Published_WithoutAGatewayOfTheInstallation_IsAnIngress() => Assert.Equal(PublishingKinds.Ingress,
        PublishedServiceManifests.Choose(Published with { Gateway = null }, [PublishingKinds.HttpRoute]).Kind);

    [Fact]
    public void Connections_OfEachSort_AreTheGoldenOnesAndValid() => Same("connections", [.. Connections().Select(c => ConnectionManifests.Secret(c, "ml-credit-risk"))]);

    [Fact]
    public void Connection_Printed_ShowsNothingOfWhatItHolds() => Assert.All(Connections(), c =>
    {
        Assert.DoesNotContain("hidden", c.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", $"{c}", StringComparison.Ordinal);
    });

    [Fact]
    public void BucketClaim_IsTheGoldenOneAndValid() =>
        Same("bucket-claim", [BucketClaimManifests.For(new BucketClaim(Owner, "credit-risk", "openshift-storage.noobaa.io"), "ml-credit-risk")]);

    [Theory]
    [InlineData("v1beta2")]
    [InlineData("v1beta1")]
    public void KueuePlatform_InEachServedVersion_IsValid(string version)
    {
        var topology = KueuePlatformManifests.TopologyVersions.Single(v => v.Version == version);
        JsonObject[] objects =
        [
            .. PriorityClass.All.Select(c => KueueVersion.In(version, KueuePlatformManifests.PriorityClass(c))),
            KueuePlatformManifests.Topology(new NodeTopology("racks", ["cloud.example.com/block", "cloud.example.com/rack", "kubernetes.io/hostname"]), topology),
        ];

        Same("kueue-platform-" + version, objects);
    }

    [Theory]
    [InlineData("v1", true)]
    [InlineData("v1alpha1", false)]
    public void HardwareProfile_InEachServedVersion_IsTheGoldenOneAndValid(string version, bool queued) => Same("hardware-profile-" + version,
        [Profile(HardwareProfileManifests.Versions.First(v => v.Version == version), queued)]);

    [Fact]
    public void HardwareProfile_BeforeOpenDataHub3_SaysInItsSpecWhatLaterIsAnnotated()
    {
        // That definition is not among the published ones here; its two required fields are what matters.
        var profile = Profile(HardwareProfileManifests.Dashboard, queued: false);

        GoldenFile.AssertSame("hardware-profile-dashboard", [profile]);
        Assert.Equal(("H100 (Frankfurt)", "true"), (profile.Text("spec", "displayName"), profile.Text("spec", "enabled")));
        Assert.Null(profile.At("spec", "scheduling"));
    }

    [Fact]
    public void Alerts_OfAModel_AreTheGoldenOnesAndValid() => Same("alerts",
    [
        AlertManifests.Rules(Owner, "ml-credit-risk", "credit-scorer",
        [
            new AlertRule("ModelDrift", "portal_drift_features_drifted{model=\"x\"} > 0", 10, "warning", "Drift of {{ $labels.model }}"),
            new AlertRule("ModelSilent", "absent(portal_drift_rows_total)", 60, "critical", "Nothing was sent for an hour"),
        ]),
        AlertManifests.Monitor(new MeasuredService(Owner, "ml-credit-risk", "credit-scorer", "http", "/metrics")),
    ]);

    [Theory]
    [InlineData("{{ query `secret` }}")]
    [InlineData("{{{ query `secret` }}}")]
    [InlineData("{{{{ query `secret` }}}}")]
    public void Alert_SummaryOfAPerson_IsNoTemplate(string summary) => Assert.DoesNotContain("{{", AlertManifests.Rules(Owner, "ns", "x",
        [new AlertRule("A", "up == 0", 1, "info", summary)]).ToJsonString(), StringComparison.Ordinal);

    [Fact]
    public void PipelineRun_OfThreeSteps_IsTheGoldenOneAndValid() => Same("pipeline-run", [Pipeline("full")]);

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta2")]
    public void Kafka_InEachServedVersion_IsTheGoldenOneAndValid(string version)
    {
        var kafka = new KafkaCluster("kafka", "events");
        var topic = KafkaManifests.Topic(new StreamTopic(Owner, "credit-predictions", 6, 3, 168), kafka, KafkaManifests.TopicVersions.Single(v => v.Version == version));
        var user = KafkaManifests.User(new StreamUser(Owner, "credit-scorer") { TopicPrefix = "credit-", MayWrite = true }, kafka,
            KafkaManifests.UserVersions.Single(v => v.Version == version));

        GoldenFile.AssertSame("kafka-" + version, [topic, user]);
        foreach (var manifest in new[] { topic, user })
        {
            // The older version is not among the published ones here; of what we write the two say the same.
            manifest["apiVersion"] = KafkaManifests.TopicVersions[0].ApiVersion;
            KubernetesSchemas.AssertValid(manifest);
        }
    }

    [Fact]
    public void Application_OfAFolder_IsTheGoldenOneAndValid() => Same("application", [ApplicationManifests.For(
        new DeliveredFolder(Owner, "credit-risk", "ml-credit-risk", new Uri("https://git.example/credit.git"), "deploy/prod", "main", "ml-credit-risk"), "argocd")]);

    [Theory]
    [InlineData(new[] { "v1beta2", "v1beta1" }, "v1beta2")]
    [InlineData(new[] { "v1beta1" }, "v1beta1")]
    [InlineData(new[] { "v3" }, null)]
    [InlineData(new string[0], null)]
    public void FirstServed_OfKnownVersions_IsTheNewestThatBothKnow(string[] served, string? expected)
    {
        var types = served.Select(v => new ResourceType("kueue.x-k8s.io", v, "topologies", "Topology", false));

        Assert.Equal(expected, types.FirstServed(KueuePlatformManifests.TopologyVersions)?.Version);
    }

    internal static JsonObject Pipeline(string place) => PipelineRunManifests.For(new PipelineSpec(Owner, "retrain-1", "Retrain credit risk",
    [
        new PipelineStep("fetch", "registry.example/fetch:1", ["python3", "fetch.py"], new WorkloadSize("small", 500, 1024), []),
        new PipelineStep("train", "registry.example/train:1", ["python3", "train.py", "--rounds", "3"], new WorkloadSize("medium", 1000, 4096), ["fetch"]),
        new PipelineStep("judge", "registry.example/train:1", ["python3", "judge.py"], new WorkloadSize("small", 500, 1024), ["train"]),
    ])
    { TimeLimitMinutes = 150 }, Places.Of(place));

    private static JsonObject Profile(ResourceType type, bool queued) => Assert.Single(HardwareProfileManifests.Of(
        new ProjectPlan(new Project { Id = Places.Id, Namespace = "ml-credit-risk" }, "Risk", [], [new ProjectGrant(Pool.Id, Pool.Slug, Pool.ResourceName, 4) { Pool = Pool }], [], new()),
        type, queued));

    private static IEnumerable<Connection> Connections() =>
    [
        new S3Connection(Owner, "models", "Models", "Bucket of models", "https://s3.example.com", "eu-central-1", "models", "hidden-access", "hidden-secret"),
        new UriConnection(Owner, "model-site", "Model site", "", "https://hidden.example.com/model.onnx"),
        new OciConnection(Owner, "registry", "Registry", "", "registry.example", "robot", "hidden-password", MayPush: true),
    ];

    private static void Same(string name, IReadOnlyList<JsonObject> objects)
    {
        GoldenFile.AssertSame(name, objects);
        foreach (var manifest in objects)
            KubernetesSchemas.AssertValid(manifest);
    }
}

using System.Text.Json.Nodes;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Publishing;
using Portal.Core.Serving;
using Portal.Core.Tests.Platform;
using Portal.Core.Tests.Workloads;
using Portal.Testing.Golden;
using Portal.Testing.Schemas;

namespace Portal.Core.Tests.Serving;

public class ServingManifestTests
{
    [Theory]
    [InlineData("kserve", "full", "pvc://project-storage/models/credit")]
    [InlineData("kserve-s3", "openshift", "s3://models/credit/3")]
    [InlineData("plain", "plain", "pvc://project-storage/models/credit")]
    public void Manifests_OnEachSortOfCluster_AreTheGoldenOnesAndValid(string name, string place, string storage)
    {
        var objects = Make(Model(storage), place);

        GoldenFile.AssertSame("serving-" + name, objects);
        foreach (var manifest in objects)
            KubernetesSchemas.AssertValid(manifest);
    }

    [Theory]
    [InlineData("full", "s3://models/credit/3", "serving.kserve.io/v1beta1 InferenceService", "choice.served")]
    [InlineData("plain", "pvc://project-storage/models/credit", "apps/v1 Deployment", "choice.no_kserve")]
    [InlineData("plain", "s3://models/credit/3", null, null)]
    [InlineData("plain", "pvc://other-storage/models/credit", null, null)]
    [InlineData("plain", "pvc://project-storage/../x", null, null)]
    public void Plan_OfAModel_PrefersKServeAndSaysWhy(string place, string storage, string? kind, string? reason)
    {
        var choice = ServingPlan.For(Model(storage), Places.Of(place));

        Assert.Equal((kind, reason), (choice?.RunsAs, choice?.Reason));
    }

    [Fact]
    public void Plain_StoppedModel_KeepsItsObjectsAndRunsNothing()
    {
        var objects = PlainServing.For(Model("pvc://project-storage/m") with { Stopped = true }, Places.Of("plain"));

        Assert.Equal("0", objects.Single(o => o.Text("kind") == "Deployment").Text("spec", "replicas"));
        Assert.DoesNotContain(objects, o => o.Text("kind") == "HorizontalPodAutoscaler");
    }

    [Fact]
    public void Plain_ModelThatMayGrow_LeavesTheNumberToTheAutoscaler() =>
        Assert.Null(PlainServing.For(Model("pvc://project-storage/m"), Places.Of("plain"))[0].At("spec", "replicas"));

    [Fact]
    public void Plain_ModelThatIsPublished_HasThePortThatARouteNames()
    {
        var port = PlainServing.For(Model("pvc://project-storage/m"), Places.Of("plain")).Single(o => o.Text("kind") == "Service").At("spec", "ports")![0]!;
        var published = PlatformManifestTests.Published;
        var route = PublishedServiceManifests.For(published, PublishedServiceManifests.Choose(published, [PublishingKinds.Route]));

        Assert.Equal((port.Text("name"), port.Text("port")), (route.Text("spec", "port", "targetPort"), $"{published.Port}"));
    }

    [Fact]
    public void KServe_StoppedModel_CarriesTheStopAnnotation() => Assert.Equal("true",
        KServeManifests.For(Model("s3://models/m") with { Stopped = true }, Places.Of("full"), "Standard")[1].Text("metadata", "annotations", "serving.kserve.io/stop"));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void KServe_WhateverTheNumber_NamesTheAutoscalerThatEveryVersionKnows(int most) => Assert.Equal("hpa",
        KServeManifests.For(Model("s3://models/m") with { MaxReplicas = most }, Places.Of("full"), "RawDeployment")[1]
            .Text("metadata", "annotations", "serving.kserve.io/autoscalerClass"));

    internal static ServedModel Model(string storage) => new(
        new ReconcileOwner("Deployment", Places.Id), "credit-scorer", "Credit scorer",
        new ModelServer("ovms", "onnx", "registry.example/ovms:1", ["--model_path=/mnt/models", "--rest_port=8888"], 8888), storage)
    {
        Size = new WorkloadSize("small", 500, 1024),
        Accelerator = Places.Gpus,
        Accelerators = 1,
        MaxReplicas = 3,
        ConnectionSecret = storage.StartsWith("s3", StringComparison.Ordinal) ? "models" : "",
        Host = "credit.example.com",
    };

    internal static IReadOnlyList<JsonObject> Make(ServedModel model, string place) => ServingPlan.For(model, Places.Of(place))!.Kind == Kinds.Deployment
        ? PlainServing.For(model, Places.Of(place)) : KServeManifests.For(model, Places.Of(place), "Standard");
}

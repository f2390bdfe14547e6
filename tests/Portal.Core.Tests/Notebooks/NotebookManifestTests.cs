using System.Text.Json.Nodes;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Tests.Workloads;
using Portal.Testing.Golden;
using Portal.Testing.Schemas;

namespace Portal.Core.Tests.Notebooks;

public class NotebookManifestTests
{
    private const string Token = "the-token";
    private static readonly Catalogue Catalogue = new(new CatalogOptions());

    [Theory]
    [InlineData("embedded")]
    [InlineData("plain")]
    [InlineData("full")]
    [InlineData("openshift")]
    public void Manifests_OnEachSortOfCluster_AreTheGoldenOnesAndValid(string place)
    {
        var objects = Make(place, NotebookIntent.Running, gpus: place != "embedded");

        GoldenFile.AssertSame("notebook-" + place, objects);
        foreach (var manifest in objects)
            KubernetesSchemas.AssertValid(manifest);
    }

    [Theory]
    [InlineData("embedded")]
    [InlineData("full")]
    public void Manifests_Token_IsInTheSecretAlone(string place)
    {
        var encoded = Convert.ToBase64String("the-token"u8);

        var holders = Make(place, NotebookIntent.Running).Where(o => o.ToJsonString() is var text
            && (text.Contains(Token, StringComparison.Ordinal) || text.Contains(encoded, StringComparison.Ordinal)));

        Assert.Equal("Secret", Assert.Single(holders).Text("kind"));
    }

    [Fact]
    public void Manifests_Stopped_KeepTheClaimAndNoPod()
    {
        var set = Make("plain", NotebookIntent.Stopped).Single(o => o.Text("kind") == "StatefulSet");

        Assert.Equal("0", set.Text("spec", "replicas"));
        Assert.Contains("project-storage", set.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Manifests_KubeflowStopped_CarryTheStopAnnotation()
    {
        JsonObject Of(NotebookIntent intent) => Make("full", intent).Single(o => o.Text("kind") == "Notebook");

        Assert.Equal("2026-03-02T09:00:00Z", Of(NotebookIntent.Stopped).Text("metadata", "annotations", "kubeflow-resource-stopped"));
        Assert.Null(Of(NotebookIntent.Running).Text("metadata", "annotations", "kubeflow-resource-stopped"));
    }

    private static IReadOnlyList<JsonObject> Make(string place, NotebookIntent intent, bool gpus = false)
    {
        var draft = new NotebookDraft(Places.Id, Guid.NewGuid(), "Explore") { PoolId = Places.Gpus.PoolId, Accelerators = gpus ? 1 : 0 };
        var notebook = new Notebook
        {
            Id = draft.Id, Name = draft.Name, ObjectName = "nb-explore-0a1b2c", ImageId = draft.ImageId, SizeId = draft.SizeId,
            Accelerators = draft.Accelerators, Intent = intent, IntentChangedAt = Places.Now,
        };
        return NotebookManifests.For(notebook, Places.Of(place), Catalogue.FindImage("jupyter", ImageUse.Notebook)!,
            Catalogue.FindSize("small")!, gpus ? Places.Gpus : null, Token);
    }
}

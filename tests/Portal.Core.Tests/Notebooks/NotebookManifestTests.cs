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

    [Theory]
    [InlineData("full", "kubeflow.org/v1 Notebook", "choice.served")]
    [InlineData("plain", "apps/v1 StatefulSet", "choice.no_notebooks")]
    public void Plan_OfACluster_PrefersTheOperatorsKindAndSaysWhy(string place, string kind, string reason)
    {
        var choice = NotebookPlan.For(Places.Of(place));

        Assert.Equal((kind, reason), (choice.RunsAs, choice.Reason));
    }

    [Fact]
    public void Current_NotebookOfAnEarlierKind_KeepsItWhateverTheClusterServesNow() =>
        Assert.Equal(Kinds.StatefulSet, NotebookPlan.Current(new Notebook { RunsAs = "apps/v1 StatefulSet" }, Places.Of("full")).Kind);

    [Theory]
    [InlineData("ana", "ana")]
    [InlineData("Ana.Lim_1@bank.example", "ana-2elim-5f1-40bank-2eexample")]
    [InlineData("a~b", "a-7fb")]
    [InlineData("kube:admin", "kube-3aadmin")]
    [InlineData("o'neil (x)*!", "o-27neil-20-28x-29-2a-21")]
    public void TranslatedUser_SignInName_IsWrittenAsOpenDataHubDoes(string name, string expected) =>
        Assert.Equal(expected, NotebookManifests.TranslatedUser(name));

    [Fact]
    public void Spec_Printed_ShowsNoToken() => Assert.DoesNotContain(Token, new NotebookSpec(
        new Notebook(), Places.Of("full"), Catalogue.FindImage("jupyter", ImageUse.Notebook)!, Catalogue.FindSize("small")!, null, "ana", Token).ToString(),
        StringComparison.Ordinal);

    private static IReadOnlyList<JsonObject> Make(string place, NotebookIntent intent, bool gpus = false)
    {
        var draft = new NotebookDraft(Places.Id, Guid.NewGuid(), "Explore") { PoolId = Places.Gpus.PoolId, Accelerators = gpus ? 1 : 0 };
        var notebook = new Notebook
        {
            Id = draft.Id,
            Name = draft.Name,
            ObjectName = "nb-explore-0a1b2c",
            ImageId = draft.ImageId,
            SizeId = draft.SizeId,
            Accelerators = draft.Accelerators,
            Intent = intent,
            IntentChangedAt = Places.Now,
        };
        var spec = new NotebookSpec(notebook, Places.Of(place), Catalogue.FindImage("jupyter", ImageUse.Notebook)!,
            Catalogue.FindSize("small")!, gpus ? Places.Gpus : null, "Ana.Lim_1@bank.example", Token);
        return NotebookManifests.For(spec, NotebookPlan.For(spec.Place));
    }
}

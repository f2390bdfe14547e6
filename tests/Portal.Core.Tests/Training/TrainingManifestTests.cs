using System.Text.Json.Nodes;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Tests.Workloads;
using Portal.Core.Training;
using Portal.Testing.Golden;
using Portal.Testing.Schemas;

namespace Portal.Core.Tests.Training;

public class TrainingManifestTests
{
    private static readonly Catalogue Catalogue = new(new CatalogOptions());

    [Theory]
    [InlineData("embedded", CodeSource.Inline)]
    [InlineData("plain", CodeSource.Storage)]
    [InlineData("full", CodeSource.Image)]
    public void Manifests_OnEachSortOfCluster_AreTheGoldenOnesAndValid(string place, CodeSource source)
    {
        var objects = Make(place, Draft(source));
        // The scripts that travel along are files of their own; here only that they are there.
        var shown = objects.Select(o => o.DeepClone().AsObject()).ToList();
        foreach (var files in shown.Select(o => o.At("data")).OfType<JsonObject>())
        {
            foreach (var script in files.Where(f => f.Key.StartsWith("portal_", StringComparison.Ordinal)).ToList())
                files[script.Key] = script.Value!.ToString().Split('\n')[0];
        }

        GoldenFile.AssertSame("training-" + place, shown);
        foreach (var manifest in objects)
            KubernetesSchemas.AssertValid(manifest);
    }

    [Fact]
    public void Manifests_WithoutKueue_AreNotHeldBack()
    {
        string? Suspended(string place) => Make(place, Draft(CodeSource.Inline))[^1].Text("spec", "suspend");

        Assert.Equal(("false", "true"), (Suspended("plain"), Suspended("full")));
    }

    [Theory]
    [InlineData("--rounds 3 --name \"a b\" 'c d' e\\ f", new[] { "--rounds", "3", "--name", "a b", "c d", "e f" })]
    [InlineData("", new string[0])]
    [InlineData("--text=\"say \\\"hi\\\"\"", new[] { "--text=say \"hi\"" })]
    [InlineData("$(rm -rf /) ; `x`", new[] { "$(rm", "-rf", "/)", ";", "`x`" })]
    public void Words_OfALine_AreSplitAsAShellDoesAndNothingIsExpanded(string line, string[] words) =>
        Assert.Equal(words, TrainingRules.Words(line));

    [Theory]
    [InlineData("train.py", true)]
    [InlineData("src/train.py", true)]
    [InlineData("/etc/passwd", false)]
    [InlineData("../other/train.py", false)]
    [InlineData("a/../../b", false)]
    [InlineData("", false)]
    [InlineData("a//b", false)]
    public void IsInside_Path_MustStayInItsFolder(string path, bool expected) => Assert.Equal(expected, TrainingRules.IsInside(path));

    [Theory]
    [InlineData("", "", "training.name_empty")]
    [InlineData("ok", "", "training.code_empty")]
    [InlineData("ok", "print(1)", null)]
    public void Check_Form_IsRefusedWithCode(string name, string code, string? expected) =>
        Assert.Equal(expected, TrainingRules.Check(new TrainingDraft(Guid.NewGuid(), Guid.NewGuid(), name) { Code = code }, Catalogue)?.Code);

    [Theory]
    [InlineData("registry.example/team/image:1.2", null)]
    [InlineData("image", null)]
    [InlineData("Image With Spaces", "training.image_reference")]
    [InlineData("a;rm -rf /", "training.image_reference")]
    public void Check_CustomImage_MustBeAReference(string image, string? expected) =>
        Assert.Equal(expected, TrainingRules.Check(new TrainingDraft(Guid.NewGuid(), Guid.NewGuid(), "x")
        {
            CustomImage = image, Source = CodeSource.Image,
        }, Catalogue)?.Code);

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(1_000_000_000)]
    public void Check_TimeLimit_IsBounded(int minutes) =>
        Assert.Equal("training.time_limit_range", TrainingRules.Check(
            new TrainingDraft(Guid.NewGuid(), Guid.NewGuid(), "x") { Code = "1", TimeLimitMinutes = minutes }, Catalogue)?.Code);

    private static TrainingDraft Draft(CodeSource source) => new(Places.Id, Guid.Empty, "Fraud model")
    {
        Source = source, Code = "print(1)\n", CodePath = "src/train.py", Arguments = ["--rounds", "3"],
        Command = source == CodeSource.Image ? ["python3", "-m", "train"] : [],
        CustomImage = source == CodeSource.Image ? "registry.example/train:1" : "",
        PoolId = Places.Gpus.PoolId, Accelerators = source == CodeSource.Inline ? 0 : 2,
    };

    private static IReadOnlyList<JsonObject> Make(string place, TrainingDraft draft)
    {
        var run = draft.ToRun(new Actor(Guid.Empty, "ana"), Catalogue.FindSize("small")!, 1, Places.Now);
        return TrainingManifests.For(run, "Credit risk", Places.Of(place),
            run.CustomImage.Length > 0 ? null : Catalogue.FindImage(run.ImageId, ImageUse.Training), run.Accelerators > 0 ? Places.Gpus : null);
    }
}

using System.Text.Json.Nodes;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Tests.Workloads;
using Portal.Core.Training;
using Portal.Core.Workloads;
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

        GoldenFile.AssertSame("training-" + place, Shown(objects));
        foreach (var manifest in objects)
            KubernetesSchemas.AssertValid(manifest);
    }

    [Theory]
    [InlineData("indexed-job", "plain", TrainingFramework.Torch, "batch/v1 Job", "choice.no_operator")]
    [InlineData("jobset", "jobset", TrainingFramework.None, "jobset.x-k8s.io/v1alpha2 JobSet", "choice.no_trainer")]
    [InlineData("trainjob", "full", TrainingFramework.Torch, "trainer.kubeflow.org/v1alpha1 TrainJob", "choice.served")]
    [InlineData("pytorchjob", "older", TrainingFramework.Torch, "kubeflow.org/v1 PyTorchJob", "choice.no_trainer")]
    [InlineData("rayjob", "full", TrainingFramework.Ray, "ray.io/v1 RayJob", "choice.served")]
    public void Manifests_OnSeveralNodes_AreTheGoldenOnesValidAndOfThePreferredKind(
        string name, string place, TrainingFramework framework, string kind, string reason)
    {
        var draft = Draft(CodeSource.Inline) with { Nodes = 3, Framework = framework, Accelerators = 2 };
        var choice = Choose(place, draft);
        var objects = Make(place, draft);

        Assert.Equal((kind, reason), (choice!.RunsAs, choice.Reason));
        GoldenFile.AssertSame("training-" + name, Shown(objects).Skip(1));
        foreach (var manifest in objects)
            KubernetesSchemas.AssertValid(manifest);
    }

    [Theory]
    [InlineData("plain", TrainingFramework.None, 1, "batch/v1 Job", "choice.single_node")]
    [InlineData("full", TrainingFramework.None, 1, "batch/v1 Job", "choice.single_node")]
    [InlineData("full", TrainingFramework.Torch, 1, "trainer.kubeflow.org/v1alpha1 TrainJob", "choice.served")]
    [InlineData("full", TrainingFramework.None, 2, "trainer.kubeflow.org/v1alpha1 TrainJob", "choice.served")]
    [InlineData("older", TrainingFramework.None, 2, "batch/v1 Job", "choice.no_operator")]
    [InlineData("jobset", TrainingFramework.Torch, 1, "batch/v1 Job", "choice.no_operator")]
    [InlineData("jobset", TrainingFramework.Torch, 2, "jobset.x-k8s.io/v1alpha2 JobSet", "choice.no_trainer")]
    [InlineData("plain", TrainingFramework.Ray, 1, "batch/v1 Job", "choice.no_ray")]
    [InlineData("plain", TrainingFramework.Ray, 2, null, null)]
    public void Plan_OfARun_PrefersTheOperatorsKindAndSaysWhy(string place, TrainingFramework framework, int nodes, string? kind, string? reason)
    {
        var choice = Choose(place, Draft(CodeSource.Inline) with { Framework = framework, Nodes = nodes });

        Assert.Equal((kind, reason), (choice?.RunsAs, choice?.Reason));
    }

    [Theory]
    [InlineData(1, "batch/v1 Job")]
    [InlineData(2, "jobset.x-k8s.io/v1alpha2 JobSet")]
    public void Plan_OfAQueuedRunWhereOnlyTheOlderOperatorIs_TakesAKindThatKueueManages(int nodes, string kind)
    {
        var place = Places.Of("jobset") with { Served = [TrainingKinds.PyTorchJob, TrainingKinds.JobSet] };

        var choice = TrainingPlan.For(RunOf(Draft(CodeSource.Inline) with { Framework = TrainingFramework.Torch, Nodes = nodes }), place);

        Assert.Equal((kind, "choice.not_queued"), (choice?.RunsAs, choice?.Reason));
    }

    [Fact]
    public void ControllerKey_SubmittedRun_StaysWhatItWasSubmittedAs()
    {
        var run = new TrainingRun { ObjectName = "run-x", RunsAs = "jobset.x-k8s.io/v1alpha2 JobSet" };

        Assert.Equal(TrainingKinds.JobSet, TrainingManifests.ControllerKey(run, Places.Of("full")).Type);
        Assert.Equal(Kinds.Job, TrainingManifests.ControllerKey(new TrainingRun(), Places.Of("full")).Type);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 2)]
    public void Torch_OnOneNode_StartsAProcessForEachAccelerator(int accelerators, int processes)
    {
        var draft = Draft(CodeSource.Inline) with { Framework = TrainingFramework.Torch, Accelerators = accelerators };

        Assert.Equal(processes, Make("full", draft)[^1].At("spec", "trainer", "numProcPerNode")?.GetValue<int>());
        var container = Make("plain", draft)[^1].At("spec", "template", "spec", "containers").Items().Single();
        Assert.Equal($"{processes}", container.Items("env").Single(v => v.Text("name") == "PET_NPROC_PER_NODE").Text("value"));
    }

    [Fact]
    public void Leader_OfSeveralPods_IsTheFirstNode()
    {
        static JsonObject Pod(string name, string label, string value) => new()
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { [label] = value } },
        };
        const string Index = "batch.kubernetes.io/job-completion-index";

        Assert.Equal("b", TrainingPods.Leader([Pod("a", Index, "1"), Pod("b", Index, "0")])?.Name());
        Assert.Equal("submitter", TrainingPods.Leader([Pod("head", "ray.io/node-type", "head"), Pod("submitter", "x", "y")])?.Name());
        Assert.Equal("only", TrainingPods.Leader([Pod("only", Index, "2")])?.Name());
        Assert.Null(TrainingPods.Leader([]));
    }

    [Theory]
    [InlineData("full", TrainingFramework.None, 1, "Job")]
    [InlineData("full", TrainingFramework.Torch, 2, "TrainJob")]
    [InlineData("full", TrainingFramework.Ray, 2, "RayJob")]
    [InlineData("jobset", TrainingFramework.None, 2, "JobSet")]
    public void Manifests_InAQueue_LeaveItToKueueToHoldThemBack(string place, TrainingFramework framework, int nodes, string kind)
    {
        var made = Make(place, Draft(CodeSource.Inline) with { Framework = framework, Nodes = nodes })[^1];

        Assert.Equal((kind, "default"), (made.Text("kind"), made.Text("metadata", "labels", WorkloadQueue.Label)));
        Assert.Null(made.At("spec", "suspend") ?? made.At("spec", "runPolicy", "suspend"));
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
            CustomImage = image,
            Source = CodeSource.Image,
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
        Source = source,
        Code = "print(1)\n",
        CodePath = "src/train.py",
        Arguments = ["--rounds", "3"],
        Command = source == CodeSource.Image ? ["python3", "-m", "train"] : [],
        CustomImage = source == CodeSource.Image ? "registry.example/train:1" : "",
        PoolId = Places.Gpus.PoolId,
        Accelerators = source == CodeSource.Inline ? 0 : 2,
    };

    private static WorkloadChoice? Choose(string place, TrainingDraft draft) => TrainingPlan.For(RunOf(draft), Places.Of(place));

    private static TrainingRun RunOf(TrainingDraft draft) => draft.ToRun(new Actor(Guid.Empty, "ana"), Catalogue.FindSize("small")!, 1, Places.Now);

    private static IReadOnlyList<JsonObject> Make(string place, TrainingDraft draft)
    {
        var run = RunOf(draft);
        var spec = new TrainingSpec(run, "Credit risk", Places.Of(place),
            run.CustomImage.Length > 0 ? null : Catalogue.FindImage(run.ImageId, ImageUse.Training), run.Accelerators > 0 ? Places.Gpus : null);
        return TrainingManifests.For(spec, Choose(place, draft)!);
    }

    // The scripts that travel along are files of their own; here only that they are there.
    private static List<JsonObject> Shown(IEnumerable<JsonObject> objects)
    {
        var shown = objects.Select(o => o.DeepClone().AsObject()).ToList();
        foreach (var files in shown.Select(o => o.At("data")).OfType<JsonObject>())
        {
            foreach (var script in files.Where(f => f.Key.StartsWith("portal_", StringComparison.Ordinal)).ToList())
                files[script.Key] = script.Value!.ToString().Split('\n')[0];
        }
        return shown;
    }
}

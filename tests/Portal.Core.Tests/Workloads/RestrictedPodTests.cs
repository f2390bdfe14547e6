using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Serving;
using Portal.Core.Tests.Platform;
using Portal.Core.Tests.Serving;
using Portal.Core.Training;
using Portal.Testing.Schemas;

namespace Portal.Core.Tests.Workloads;

/// <summary>Every pod that the portal makes is admitted under Pod Security "restricted", whatever a form holds and whatever kind carries it.</summary>
public class RestrictedPodTests
{
    private static readonly Catalogue Catalogue = new(new CatalogOptions());

    private static readonly Gen<string> Words = Gen.Elements(
        "train.py", "--rounds", "3", "a b", "$(id)", "'", "-", "{{x}}", "名前", "hostNetwork: true", "\n", "--privileged");

    private static readonly Gen<TrainingDraft> Forms =
        from name in Gen.Elements("Fraud model", "名前", "x", "root", new string('a', 60))
        from source in Gen.Elements(CodeSource.Inline, CodeSource.Storage, CodeSource.Image)
        from framework in Gen.Elements(TrainingFramework.None, TrainingFramework.Torch, TrainingFramework.Ray)
        from nodes in Gen.Elements(1, 1, 2, 5, 64)
        from size in Gen.Elements("small", "medium", "large")
        from accelerators in Gen.Elements(0, 1, 8)
        from custom in Gen.Elements("", "registry.example/train:1", "registry.example/train@sha256:" + new string('a', 64))
        from command in Words.ListOf(3)
        from arguments in Words.ListOf(4)
        from minutes in Gen.Choose(1, TrainingRules.MaximumMinutes)
        select new TrainingDraft(Places.Id, Guid.Empty, name)
        {
            Source = source,
            Framework = framework,
            Nodes = nodes,
            SizeId = size,
            Accelerators = accelerators,
            PoolId = Places.Gpus.PoolId,
            CustomImage = custom,
            Command = command.Count > 0 ? [.. command] : ["run"],
            Arguments = [.. arguments],
            Code = "print(1)",
            CodePath = "src/train.py",
            TimeLimitMinutes = minutes,
        };

    [Fact]
    public void Pods_Of300ValidForms_AreAdmittedOnEverySortOfCluster()
    {
        var seen = new Dictionary<string, int>();
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Forms.ToArbitrary(), draft =>
        {
            Assert.Null(TrainingRules.Check(draft, Catalogue));
            foreach (var place in Places.All)
            {
                var objects = Everything(draft, place);
                foreach (var (what, spec) in GeneratedPods.Of(objects))
                {
                    seen[what.Split(' ')[0]] = seen.GetValueOrDefault(what.Split(' ')[0]) + 1;
                    var problems = PodSecurity.Problems(spec);
                    Assert.True(problems.Count == 0, $"{what} on {place}: {string.Join("; ", problems)}");
                }
            }
        }));

        // Every kind that makes pods has been among them.
        string[] kinds = ["Deployment", "InferenceService", "Job", "JobSet", "Notebook", "PipelineRun", "PyTorchJob", "RayJob", "StatefulSet", "TrainingRuntime"];
        Assert.Equal(kinds, seen.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Objects_OfValidForms_AreValid()
    {
        Assert.SkipWhen(KubernetesSchemas.Missing is not null, KubernetesSchemas.Missing ?? "");
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(Forms.ToArbitrary(), draft =>
        {
            foreach (var place in Places.All)
                Assert.All(Everything(draft, place), m => KubernetesSchemas.AssertValid(m));
        }));
    }

    [Fact]
    public void Check_AnyOneFieldDroppedOrChanged_IsCaught()
    {
        var draft = new TrainingDraft(Places.Id, Guid.Empty, "x") { Code = "1", Nodes = 2, Framework = TrainingFramework.Torch };
        var pods = Places.All.SelectMany(place => GeneratedPods.Of(Everything(draft, place))
            .Concat(GeneratedPods.Of(Everything(draft with { Framework = TrainingFramework.Ray }, place)))).ToList();
        var mutations = 0;
        foreach (var (what, spec) in pods)
        {
            foreach (var (change, mutant) in Mutants(spec))
            {
                mutations++;
                Assert.True(PodSecurity.Problems(mutant).Count > 0, $"{what}: {change} passed");
            }
        }
        Assert.True(mutations > 20 * pods.Count, $"{mutations} mutations of {pods.Count} pods");
    }

    private static IEnumerable<(string Change, JsonObject Mutant)> Mutants(JsonObject spec)
    {
        JsonObject Changed(Action<JsonObject> change)
        {
            var copy = spec.DeepClone().AsObject();
            change(copy);
            return copy;
        }
        yield return ("no automountServiceAccountToken", Changed(s => s.Remove("automountServiceAccountToken")));
        yield return ("automountServiceAccountToken", Changed(s => s["automountServiceAccountToken"] = true));
        yield return ("no serviceAccountName", Changed(s => s.Remove("serviceAccountName")));
        yield return ("no securityContext", Changed(s => s.Remove("securityContext")));
        foreach (var field in new[] { "hostNetwork", "hostPID", "hostIPC" })
            yield return (field, Changed(s => s[field] = true));
        yield return ("hostPath", Changed(s => Volumes(s).Add(new JsonObject { ["name"] = "x", ["hostPath"] = new JsonObject { ["path"] = "/" } })));
        yield return ("sysctl", Changed(s => s["securityContext"]!["sysctls"] = new JsonArray(new JsonObject { ["name"] = "kernel.msgmax", ["value"] = "1" })));
        foreach (var (change, of) in ContextMutants())
            yield return ($"pod {change}", Changed(s => of(s["securityContext"]!.AsObject())));
        yield return ("pod no runAsNonRoot", Changed(s => s["securityContext"]!.AsObject().Remove("runAsNonRoot")));
        yield return ("pod no seccompProfile", Changed(s => s["securityContext"]!.AsObject().Remove("seccompProfile")));
        yield return ("pod fsGroup", Changed(s => s["securityContext"]!["fsGroup"] = 0));
        for (var i = 0; i < spec["containers"]!.AsArray().Count; i++)
        {
            var at = i;
            JsonObject Container(JsonObject s) => s["containers"]![at]!.AsObject();
            JsonObject Own(JsonObject s) => Container(s)["securityContext"]!.AsObject();
            yield return ("container no securityContext", Changed(s => Container(s).Remove("securityContext")));
            yield return ("no allowPrivilegeEscalation", Changed(s => Own(s).Remove("allowPrivilegeEscalation")));
            yield return ("allowPrivilegeEscalation", Changed(s => Own(s)["allowPrivilegeEscalation"] = true));
            yield return ("privileged", Changed(s => Own(s)["privileged"] = true));
            yield return ("no capabilities", Changed(s => Own(s).Remove("capabilities")));
            yield return ("capabilities.drop", Changed(s => Own(s)["capabilities"]!["drop"] = new JsonArray("NET_RAW")));
            yield return ("capabilities.add", Changed(s => Own(s)["capabilities"]!["add"] = new JsonArray("SYS_ADMIN")));
            yield return ("procMount", Changed(s => Own(s)["procMount"] = "Unmasked"));
            yield return ("hostPort", Changed(s => Container(s)["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 80, ["hostPort"] = 80 })));
            yield return ("no limits", Changed(s => Container(s)["resources"]!.AsObject().Remove("limits")));
            yield return ("no cpu limit", Changed(s => Container(s)["resources"]!["limits"]!.AsObject().Remove("cpu")));
            yield return ("no memory limit", Changed(s => Container(s)["resources"]!["limits"]!.AsObject().Remove("memory")));
            foreach (var (change, of) in ContextMutants())
                yield return ($"container {change}", Changed(s => of(Own(s))));
        }
    }

    private static IEnumerable<(string Change, Action<JsonObject> Of)> ContextMutants() =>
    [
        ("runAsNonRoot", c => c["runAsNonRoot"] = false),
        ("runAsUser", c => c["runAsUser"] = 0),
        ("seccompProfile", c => c["seccompProfile"] = new JsonObject { ["type"] = "Unconfined" }),
        ("appArmorProfile", c => c["appArmorProfile"] = new JsonObject { ["type"] = "Unconfined" }),
        ("seLinuxOptions", c => c["seLinuxOptions"] = new JsonObject { ["type"] = "spc_t" }),
        ("seLinuxOptions user", c => c["seLinuxOptions"] = new JsonObject { ["user"] = "system_u" }),
        ("windowsOptions", c => c["windowsOptions"] = new JsonObject { ["hostProcess"] = true }),
    ];

    private static JsonArray Volumes(JsonObject spec)
    {
        if (spec["volumes"] is not JsonArray volumes)
            spec["volumes"] = volumes = [];
        return volumes;
    }

    /// <summary>Everything that makes pods, from one form.</summary>
    private static IReadOnlyList<JsonObject> Everything(TrainingDraft draft, string place)
    {
        var (where, size) = (Places.Of(place), Catalogue.FindSize(draft.SizeId)!);
        var gpus = draft.Accelerators > 0 ? Places.Gpus : null;
        var run = draft.ToRun(new Actor(Guid.Empty, "ana"), size, 1, Places.Now);
        var objects = new List<JsonObject>();
        if (TrainingPlan.For(run, where) is { } choice)
        {
            var image = run.CustomImage.Length > 0 ? null : Catalogue.FindImage(run.ImageId, ImageUse.Training);
            objects.AddRange(TrainingManifests.For(new TrainingSpec(run, draft.Name, where, image, gpus), choice));
        }
        var notebook = new NotebookDraft(Places.Id, Guid.Empty, draft.Name) { SizeId = draft.SizeId, Accelerators = draft.Accelerators, PoolId = draft.PoolId }
            .ToNotebook(new Actor(Guid.Empty, "ana"), 1, Places.Now);
        objects.AddRange(NotebookManifests.For(
            new NotebookSpec(notebook, where, Catalogue.FindImage("jupyter", ImageUse.Notebook)!, size, gpus, "ana", "token"), NotebookPlan.For(where)));
        objects.AddRange(ServingManifestTests.Make(ServingManifestTests.Model("pvc://project-storage/m") with
        {
            Size = size,
            Accelerator = gpus,
            Accelerators = draft.Accelerators,
            DisplayName = draft.Name,
        }, place));
        objects.Add(PlatformManifestTests.Pipeline(place));
        return objects;
    }
}

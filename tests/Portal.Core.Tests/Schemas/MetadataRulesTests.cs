using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Testing.Schemas;

namespace Portal.Core.Tests.Schemas;

/// <summary>What people type is a value, never a key, and never breaks an object or hands it to another tool.</summary>
public class MetadataRulesTests
{
    private static readonly string[] Hostile =
    [
        "", " ", "a b", "../../etc", "kubernetes.io/metadata.name", "pod-security.kubernetes.io/enforce", "opendatahub.io/dashboard",
        "mlops-portal/id", "x.mlops-portal/id", "kueue.x-k8s.io/queue-name", "app", "KUBERNETES.IO/x", "a/b/c", "/a", "a/", "-a", "a-", "a\nb",
        "a\0b", "‮evil", "ключ", "名前", "a: b\nmetadata: {}", "{{ .Values }}", "${HOME}", "$(POD_IP)", "<script>", "'; drop table",
        "\ud800", "😀", new string('a', 64), new string('a', 300) + "/b", "a..b/c", "openshift.io/display-name", "argocd.argoproj.io/tracking-id",
    ];

    // Short and long, hostile and harmless, alone and joined.
    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.Elements(Hostile),
        Gen.Elements(Hostile).Two().Select(t => t.Item1 + t.Item2),
        ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""),
        ArbMap.Default.GeneratorFor<string>().Select(s => $"example.com/{s}"));

    [Fact]
    public void Annotation_AnyText_MakesAValidObject() => Check(text =>
    {
        var made = Made().WithAnnotation("openshift.io/display-name", text);

        var problems = new List<string>();
        if (KubernetesSchemas.Missing is null)
            problems.AddRange(KubernetesSchemas.Problems(made));
        var kept = made.Text("metadata", "annotations", "openshift.io/display-name") ?? "";
        return problems.Count == 0 && made.At("metadata", "annotations")!.AsObject().Count == 1
            // It survives the way to the server and back: no half surrogates, no control characters.
            && Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(kept)) == kept && !kept.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'));
    });

    [Fact]
    public void Label_AnyTextAsKeyOrValue_IsRefusedUnlessAServerTakesIt() => Check(text =>
    {
        foreach (var (key, value) in new[] { (text, "x"), ("example.com/x", text) })
        {
            var refused = MetadataRules.CheckLabel("Labels", key, value);
            if (refused is null)
            {
                var made = Made().WithLabel(key, value);
                if (MetadataRules.IsReserved(key) || (KubernetesSchemas.Missing is null && KubernetesSchemas.Problems(made).Count > 0))
                    return false;
            }
            else if (refused.Code is "label.key" or "label.value" && !Throws(() => Made().WithLabel(key, value)))
            {
                return false;
            }
        }
        return true;
    });

    [Theory]
    [InlineData("kubernetes.io/metadata.name")]
    [InlineData("pod-security.kubernetes.io/enforce")]
    [InlineData("KUEUE.X-K8S.IO/queue-name")]
    [InlineData("mlops-portal/id")]
    [InlineData("a.b.opendatahub.io/x")]
    [InlineData("argocd.argoproj.io/tracking-id")]
    [InlineData("modelmesh-enabled")]
    public void IsReserved_KeyThatControllersActOn_IsReserved(string key) => Assert.True(MetadataRules.IsReserved(key));

    [Theory]
    [InlineData("example.com/cost-centre")]
    [InlineData("environment")]
    [InlineData("notkubernetes.io/x")]
    public void IsReserved_KeyOfThePeople_IsFree(string key) => Assert.False(MetadataRules.IsReserved(key));

    [Fact]
    public void Text_TooLong_IsCutBetweenCharacters()
    {
        var text = new string('a', MetadataRules.TextLimit - 1) + "😀";

        Assert.Equal(new string('a', MetadataRules.TextLimit - 1), MetadataRules.Text(text));
    }

    [Fact]
    public void PoolRules_NodeLabelThatNoServerTakes_IsRefused()
    {
        string? Code(string key, string value) => PoolRules.Check(new PoolDraft(Guid.NewGuid(), "H100", "nvidia.com/gpu", 1, 1)
        {
            NodeLabels = new Dictionary<string, string> { [key] = value },
        })?.Code;

        Assert.Equal(("label.key", "label.value", null), (Code("a b", "x"), Code("nvidia.com/gpu.product", "a b"), Code("nvidia.com/gpu.product", "H100")));
    }

    private static JsonObject Made() => Manifest.Create(Kinds.ConfigMap, "ml-credit-risk", "x", new ReconcileOwner("Project", Guid.Empty));

    private static bool Throws(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    private static void Check(Func<string, bool> property) =>
        FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(AnyText.ToArbitrary(), property));
}

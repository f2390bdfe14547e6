using System.Text.RegularExpressions;
using System.Xml.Linq;
using Portal.Core.Health.Causes;
using Portal.Testing.Files;

namespace Portal.Architecture.Tests;

/// <summary>The error catalogue is whole: every reason in the source is in it, every cause in it is used and has its words.</summary>
public partial class CauseTests
{
    private static readonly Dictionary<string, string> Words = XDocument.Load(Repository.At("src", "Portal", "Resources", "Causes.resx"))
        .Root!.Elements("data").ToDictionary(d => d.Attribute("name")!.Value, d => d.Element("value")!.Value);

    [Fact]
    public void Reasons_InTheSource_AreCausesOfTheCatalogue() =>
        Assert.Empty(Sources().SelectMany(ReasonsIn).Distinct().Where(code => CauseCatalogue.Find(code) is null).Order(StringComparer.Ordinal));

    [Fact]
    public void Causes_OfTheCatalogue_AreNamedBySomeRule()
    {
        var source = string.Concat(Sources());

        var unused = CauseCatalogue.All.Select(c => c.Code).Where(code => !source.Contains($"\"{code}\"", StringComparison.Ordinal)).ToList();

        Assert.Empty(unused);
    }

    [Fact]
    public void Causes_OfTheCatalogue_HaveTextRemedyAndTitle()
    {
        Assert.Empty(CauseCatalogue.All.Where(c => !Words.ContainsKey(c.Code) || !Words.ContainsKey(c.Code + ".remedy")).Select(c => c.Code));
        Assert.Empty(CauseCatalogue.All.Where(c => Words[c.Code].Contains('{', StringComparison.Ordinal) != Words.ContainsKey(c.Code + ".title")).Select(c => c.Code));
    }

    [Fact]
    public void ReasonOutsideTheCatalogue_IsFound() => Assert.Equal(
        ["pod.odd", "quota.odd", "rule.odd", "step.odd"],
        ReasonsIn("""new WorkloadStatus(WorkloadState.Pending, "quota.odd") new(WorkloadState.Failed, "pod.odd") StepOutcome.Waiting("step.odd", x) new(Queue, "Pending", "rule.odd", Pending)""").Order(StringComparer.Ordinal));

    private static IEnumerable<string> ReasonsIn(string source) => Reason().Matches(source).Select(m => m.Groups["code"].Value);

    private static IEnumerable<string> Sources() => SourceFiles.Of("src")
        .Where(f => f.Path.EndsWith(".cs", StringComparison.Ordinal) && !f.Path.EndsWith("CauseCatalogue.cs", StringComparison.Ordinal)).Select(f => f.Text);

    [GeneratedRegex("""(WorkloadState\.\w+, |StepState\.\w+, |StepOutcome\.(Waiting|Failed)\(|\bAttention\(|Reason = )"(?<code>[a-z]+\.[a-z_]+)"|"(?<code>[a-z]+\.[a-z_]+)", (Pending|Starting|Attention|Failed)\b""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reason();
}

using System.Text.RegularExpressions;
using System.Xml.Linq;
using Portal.Components.Pages.Projects;
using Portal.Core.Quotas;
using Portal.Testing.Files;

namespace Portal.Components.Tests.Localization;

/// <summary>Every word in both languages, and a sentence for every refusal.</summary>
public partial class ResourceTests
{
    private static readonly string Folder = Repository.At("src", "Portal", "Resources");

    public static TheoryData<string> Features =>
        [.. Directory.GetFiles(Folder, "*.resx").Select(f => Path.GetFileName(f)[..^5]).Where(f => !f.Contains('.')).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Features))]
    public void Words_InBothLanguages_HaveTheSameKeysAndPlaceholders(string feature)
    {
        var english = Read(feature);
        var chinese = Read(feature + ".zh-Hans");

        Assert.Equal(english.Keys.Order(StringComparer.Ordinal), chinese.Keys.Order(StringComparer.Ordinal));
        var differ = english.Keys.Where(k => !Placeholders(english[k]).SetEquals(Placeholders(chinese[k])));
        Assert.Empty(differ);
        Assert.DoesNotContain(english.Concat(chinese), w => string.IsNullOrWhiteSpace(w.Value));
    }

    [Fact]
    public void Refusals_InTheSource_HaveASentenceEach()
    {
        var words = Read("Errors");
        var codes = Sources().SelectMany(text => Code().Matches(text).Select(m => m.Groups["code"].Value)
            .Concat(Missing().Matches(text).Select(m => m.Groups["what"].Value + ".not_found"))).Distinct();

        Assert.Empty(codes.Where(c => !words.ContainsKey(c)).Order(StringComparer.Ordinal));
    }

    /// <summary>Features whose words are found by their own keys; codes of refusals and causes, and names of states, come from elsewhere.</summary>
    public static TheoryData<string> OwnWords => [.. Features.Select(f => f.Data).Except(["Causes", "Errors", "States"])];

    [Theory, MemberData(nameof(OwnWords))]
    public void Words_AreAllUsed(string feature) =>
        Assert.Empty(Unused(Read(feature).Keys, Components().ToList(), feature).Order(StringComparer.Ordinal));

    [Fact]
    public void Word_ThatNobodySays_IsFound() => Assert.Equal(["dead", "other.dead"], Unused(
        ["dead", "said", "tab.one", "held.now", "listed.said", "other.dead"],
        [("A", """IStringLocalizer<Resources.Home> W["said"] W[$"tab.{key}"] W[$"{text}.now"]"""), ("B", """IStringLocalizer<Resources.Shell> W["other.dead"]"""), ("C", """ "listed.said" "dead" """)],
        "Home"));

    [Fact]
    public void Tabs_OfAProject_HaveAWordEachAndNoneTooMany() => Assert.Equal(
        ProjectTab.All.Select(t => "tab." + t.Key).Append("tab.none").Order(StringComparer.Ordinal),
        Read("Projects").Keys.Where(k => k.StartsWith("tab.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Fact]
    public void Actions_InAProject_HaveWords()
    {
        var words = Read("Projects");
        var source = string.Concat(Sources());
        var written = ProjectAction().Matches(source).Select(m => m.Groups["action"].Value)
            .Concat(Enum.GetNames<QuotaAction>().Where(a => a != nameof(QuotaAction.ApprovedLess)).Select(a => "quota." + a.ToLowerInvariant()))
            .Concat(new[] { "project", "quota", "notebook", "training", "monitored_model", "dispute" }.Select(what => what + ".denied")).Distinct();

        Assert.Empty(written.Where(a => !words.ContainsKey("act." + a)).Order(StringComparer.Ordinal));
    }

    // A key is said by a component that has the feature's words, whole, or begun or ended there around a value; one with a dot may also
    // stand in a list of keys that has no words itself.
    private static IEnumerable<string> Unused(IEnumerable<string> keys, List<(string Name, string Text)> components, string feature)
    {
        var own = string.Concat(components.Where(c => Regex.IsMatch(c.Text, $@"IStringLocalizer<([\w.]+\.)?{feature}>", RegexOptions.None, TimeSpan.FromSeconds(1))).Select(c => c.Text));
        var lists = string.Concat(components.Where(c => !c.Text.Contains("IStringLocalizer<", StringComparison.Ordinal)).Select(c => c.Text));
        var begun = Begun().Matches(own).Select(m => m.Groups["start"].Value).ToHashSet(StringComparer.Ordinal);
        var ended = Ended().Matches(own).Select(m => m.Groups["end"].Value).ToHashSet(StringComparer.Ordinal);
        return keys.Where(k => !own.Contains($"\"{k}\"", StringComparison.Ordinal) && !begun.Any(b => k.StartsWith(b, StringComparison.Ordinal)) && !ended.Any(e => k.EndsWith(e, StringComparison.Ordinal))
            && !(k.Contains('.', StringComparison.Ordinal) && lists.Contains($"\"{k}\"", StringComparison.Ordinal)));
    }

    // Markup and code of one component together.
    private static IEnumerable<(string Name, string Text)> Components() => SourcePaths().GroupBy(f => f.Split(".razor")[0].Replace(".cs", "", StringComparison.Ordinal))
        .Select(g => (g.Key, string.Concat(g.Select(File.ReadAllText))));

    private static IEnumerable<string> Sources() => SourcePaths().Select(File.ReadAllText);

    private static IEnumerable<string> SourcePaths() => Directory.EnumerateFiles(Repository.At("src"), "*", SearchOption.AllDirectories)
        .Where(f => (f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
            && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static Dictionary<string, string> Read(string name) => XDocument.Load(Path.Combine(Folder, name + ".resx")).Root!
        .Elements("data").ToDictionary(d => (string)d.Attribute("name")!, d => (string)d.Element("value")!, StringComparer.Ordinal);

    private static HashSet<string> Placeholders(string text) => [.. Placeholder().Matches(text).Select(m => m.Value)];

    [GeneratedRegex("""new Refusal\(\s*"(?<code>[^"]+)"|Refusal\w* refusal = new\("(?<code>[^"]+)"|\?\s*new\("(?<code>[a-z]+\.[a-z_]+)"\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex("""Refusal\.NotFound\("(?<what>[^"]+)"\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Missing();

    [GeneratedRegex("""\$"(?<start>[a-z_]+\.)\{""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Begun();

    [GeneratedRegex("""\$"\{[^{}"]+\}(?<end>\.[a-z_]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ended();

    [GeneratedRegex("""(?:AuditRecord\(\w+(?:\.\w+)?|Record\(\w+(?:\.\w+)?(?:, \w+)?), "(?<action>(?:project|quota|notebook|training|monitored_model|object)\.[a-z_]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ProjectAction();

    [GeneratedRegex(@"\{\w+\}", RegexOptions.None, 1000)]
    private static partial Regex Placeholder();
}

using System.Text.RegularExpressions;
using System.Xml.Linq;
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

    [Fact]
    public void Words_OfTheShell_AreAllUsed()
    {
        var source = string.Concat(Sources());
        string[] composed = ["password."];

        foreach (var feature in new[] { "Shell", "Account", "Audit", "Home" })
        {
            Assert.DoesNotContain(Read(feature).Keys, k =>
                !composed.Any(c => k.StartsWith(c, StringComparison.Ordinal)) && !source.Contains($"\"{k}\"", StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(Repository.At("src"), "*", SearchOption.AllDirectories)
        .Where(f => (f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
            && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Select(File.ReadAllText);

    private static Dictionary<string, string> Read(string name) => XDocument.Load(Path.Combine(Folder, name + ".resx")).Root!
        .Elements("data").ToDictionary(d => (string)d.Attribute("name")!, d => (string)d.Element("value")!, StringComparer.Ordinal);

    private static HashSet<string> Placeholders(string text) => [.. Placeholder().Matches(text).Select(m => m.Value)];

    [GeneratedRegex("""new Refusal\(\s*"(?<code>[^"]+)"|Refusal\w* refusal = new\("(?<code>[^"]+)"|\?\s*new\("(?<code>[a-z]+\.[a-z_]+)"\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex("""Refusal\.NotFound\("(?<what>[^"]+)"\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Missing();

    [GeneratedRegex(@"\{\w+\}", RegexOptions.None, 1000)]
    private static partial Regex Placeholder();
}

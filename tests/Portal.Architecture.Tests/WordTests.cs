using System.Text.RegularExpressions;
using System.Xml.Linq;
using Portal.Testing.Files;

namespace Portal.Architecture.Tests;

/// <summary>Every word is there in both languages, with the same gaps to fill.</summary>
public partial class WordTests
{
    public static TheoryData<string> Files => [.. Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "src/Portal/Resources"), "*.resx")
        .Select(f => Path.GetFileNameWithoutExtension(f)).Where(f => !f.Contains('.')).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public void Words_AreTheSameInBothLanguages(string file) =>
        Assert.Empty(Differences(Read(file + ".resx"), Read(file + ".zh-Hans.resx")));

    [Fact]
    public void MissingOrDifferentWord_IsFound() => Assert.Equal(
        ["a", "b"],
        Differences(
            new() { ["a"] = "Only here", ["b"] = "{0} of {1}", ["c"] = "{name}" },
            new() { ["b"] = "{0}", ["c"] = "（{name}）" }));

    private static IEnumerable<string> Differences(Dictionary<string, string> english, Dictionary<string, string> chinese) =>
        english.Keys.Union(chinese.Keys).Order(StringComparer.Ordinal).Where(key =>
            !english.TryGetValue(key, out var one) || !chinese.TryGetValue(key, out var two)
            || string.IsNullOrWhiteSpace(one) || string.IsNullOrWhiteSpace(two) || !Gaps(one).SetEquals(Gaps(two)));

    private static HashSet<string> Gaps(string text) => [.. Gap().Matches(text).Select(m => m.Value)];

    private static Dictionary<string, string> Read(string file) => XDocument.Load(Path.Combine(Repository.Root, "src/Portal/Resources", file))
        .Root!.Elements("data").ToDictionary(d => d.Attribute("name")!.Value, d => d.Element("value")!.Value);

    [GeneratedRegex(@"\{\w+(:[^}]*)?\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Gap();
}

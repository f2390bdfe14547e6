using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;
using Portal.Core.Projects;

namespace Portal.Components.Pages.Changes;

/// <summary>Fields of cluster objects in the reader's words: "Pods at one time" for <c>spec.hard.pods</c>.</summary>
public sealed partial class FieldWords(IStringLocalizer<Resources.Changes> words)
{
    // Maps whose keys are names of people's making, and hold dots themselves.
    private static readonly string[] Maps = ["spec.hard.", "metadata.labels.", "metadata.annotations."];

    /// <summary>The words, or null for a field that has none: its path says more than a guess.</summary>
    public string? Of(string path)
    {
        if (Find(path, path) is { } exact)
            return exact;
        return Maps.FirstOrDefault(m => path.StartsWith(m, StringComparison.Ordinal)) is { } map ? Find(map + "*", Resource(path[map.Length..]))
            : Find(Selector().Replace(path, ""), string.Join(" · ", Selector().Matches(path).Select(m => Name(m.Groups["name"].Value)).Where(n => n.Length > 0)));
    }

    /// <summary>A value of a field: in words where it is one of a few, which say nothing to who does not know the kind; otherwise as it is.</summary>
    public string Value(string path, string? value) => value switch
    {
        null => words["none"],
        "" => "\"\"",
        _ => words[$"value.{path}.{value}"] is { ResourceNotFound: false } known ? known.Value : value,
    };

    // A quota names what pods may ask for in all; the word says so already.
    private static string Resource(string key) => key.StartsWith("requests.", StringComparison.Ordinal) ? key["requests.".Length..] : key;

    // Places in a list say nothing, and neither does the flavor of what belongs to no pool.
    private string Name(string name) => int.TryParse(name, out _) || name == ProjectQueueManifests.CommonFlavor ? ""
        : words[$"resource.{name}"] is { ResourceNotFound: false } known ? known.Value : name;

    private string? Find(string key, string what)
    {
        var text = words[$"field.{key}", what];
        return text.ResourceNotFound ? null : text.Value;
    }

    [GeneratedRegex(@"\[(?<name>[^\]]*)\]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Selector();
}

using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;
using Portal.Core.Health.Causes;
using Portal.Core.Projects;

namespace Portal.Localization;

/// <summary>The words of the error catalogue in the reader's language.</summary>
public sealed partial class CauseTexts(IStringLocalizer<Resources.Causes> texts)
{
    private const string Unknown = "unknown";

    /// <summary>What is wrong, with its values; a code that no catalogue has is shown as not known yet.</summary>
    public string Text(string code, IReadOnlyDictionary<string, string>? values = null) => Filled(texts[Key(code)], values);

    /// <summary>What to do about it.</summary>
    public string Remedy(string code, IReadOnlyDictionary<string, string>? values = null) => Filled(texts[Key(code) + ".remedy"], values);

    /// <summary>What it is in general: the text itself where it names no values.</summary>
    public string Title(string code)
    {
        var title = texts[code + ".title"];
        return title.ResourceNotFound ? Text(code) : title.Value;
    }

    /// <summary>Who can act on it.</summary>
    public string Actor(CauseActor actor) => texts[$"actor.{actor}"];

    /// <summary>The part of the platform.</summary>
    public string Area(CauseArea area) => texts[$"area.{area}"];

    /// <summary>The causes that hold every word of a search in their words or code, in catalogue order; all for an empty search.</summary>
    public IEnumerable<Cause> Search(string? term)
    {
        var words = (term ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return CauseCatalogue.All.Where(c =>
        {
            var all = string.Join('\n', c.Code, Title(c.Code), Text(c.Code), Remedy(c.Code));
            return words.All(w => all.Contains(w, StringComparison.CurrentCultureIgnoreCase));
        });
    }

    private static string Key(string code) => CauseCatalogue.Find(code) is null ? Unknown : code;

    private string Filled(string text, IReadOnlyDictionary<string, string>? values) => Placeholder().Replace(
        text, match => values?.TryGetValue(match.Groups["name"].Value, out var value) == true ? Plain(value) : "…")
        .Replace("….", "…", StringComparison.Ordinal);

    // Values are kept as the cluster or the invariant culture wrote them; plain numbers are grouped as the reader's language does,
    // and what the portal itself has named in the cluster is called as people call it.
    private string Plain(string value) =>
        value.Length > 3 && decimal.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number.ToString("#,0", CultureInfo.CurrentCulture)
            : value == ProjectQueueManifests.CommonFlavor ? texts["pool.common"] : value;

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}

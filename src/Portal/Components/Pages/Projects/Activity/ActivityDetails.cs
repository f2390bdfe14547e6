using System.Text.Json;
using Microsoft.Extensions.Localization;
using Portal.Core.Access;
using Portal.Core.Health.Causes;
using Portal.Core.Monitoring;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Localization;

namespace Portal.Components.Pages.Projects.Activity;

/// <summary>
/// The details of an audit line in one line of the reader's words: <c>Size: Small → Medium, Region: – → eu-west</c>. What says nothing
/// to a reader (empty facts, ids, codes, and what the action says already) is left out; the audit page has it.
/// </summary>
public sealed class ActivityDetails(Words say, IStringLocalizer<Resources.Projects> words)
{
    private const int ValueLimit = 60;
    private const string Member = "member ";

    private static readonly HashSet<string> Skipped = ["intent", "permission", "code", "sha256"];

    // Facts whose values are words of the portal's own.
    private static readonly Dictionary<string, Type> Vocabularies = new()
    {
        ["size"] = typeof(ProjectSize),
        ["dataClass"] = typeof(DataClass),
        ["state"] = typeof(QuotaState),
        ["step"] = typeof(ProjectStepKind),
        ["window"] = typeof(WindowLength),
        [Member] = typeof(ProjectRole),
    };

    /// <summary>The line, or empty.</summary>
    public string Of(string details)
    {
        using var json = JsonDocument.Parse(details);
        return string.Join(", ", json.RootElement.EnumerateObject().Where(p => !Skipped.Contains(p.Name) && SaysSomething(p.Value)).Select(Line));
    }

    private static bool SaysSomething(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => false,
        JsonValueKind.String => value.GetString() is { Length: > 0 } text && !Guid.TryParse(text, out _),
        _ => true,
    };

    private string Line(JsonProperty fact)
    {
        var isMember = fact.Name.StartsWith(Member, StringComparison.Ordinal);
        var name = isMember ? fact.Name[Member.Length..] : words[$"detail.{fact.Name}"] is { ResourceNotFound: false } word ? word.Value : fact.Name;
        return words["detail", name, Value(isMember ? Member : fact.Name, fact.Value)];
    }

    private string Value(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array when value.GetArrayLength() == 2 => $"{Value(key, value[0])} → {Value(key, value[1])}",
        JsonValueKind.Null => "–",
        JsonValueKind.True => words["detail.yes"],
        JsonValueKind.False => words["detail.no"],
        JsonValueKind.Number => say.Number(value.GetDouble(), 4),
        JsonValueKind.String when value.GetString() is { Length: 0 } => "–",
        JsonValueKind.String when value.TryGetDateTimeOffset(out var at) => say.At(at),
        JsonValueKind.String => Word(key, value.GetString()!),
        _ => Short(value.ToString()),
    };

    private string Word(string key, string text) =>
        Vocabularies.GetValueOrDefault(key) is { } type && Enum.TryParse(type, text, out var found) ? say.Of((Enum)found)
            : key == "reason" && CauseCatalogue.Find(text) is not null ? say.Causes.Title(text).TrimEnd('.', '。') : Short(text);

    private static string Short(string text) => text.Length <= ValueLimit ? text : text[..ValueLimit] + "…";
}

using System.Globalization;
using System.Text.Json;

namespace Portal.Components.Pages.Projects.Activity;

/// <summary>
/// The details of an audit line in one line: <c>size: S → M, region: – → eu-west</c>. Facts that say nothing to a reader (empty
/// ones and ids) are left out; the audit page has them. Pure.
/// </summary>
public static class ActivityDetails
{
    private const int ValueLimit = 60;

    /// <summary>The line, or empty.</summary>
    public static string Of(string details)
    {
        using var json = JsonDocument.Parse(details);
        return string.Join(", ", json.RootElement.EnumerateObject().Where(p => SaysSomething(p.Value)).Select(p => $"{p.Name}: {Value(p.Value)}"));
    }

    private static bool SaysSomething(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => false,
        JsonValueKind.String => value.GetString() is { Length: > 0 } text && !Guid.TryParse(text, out _),
        _ => true,
    };

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array when value.GetArrayLength() == 2 => $"{Value(value[0])} → {Value(value[1])}",
        JsonValueKind.Null => "–",
        JsonValueKind.String when value.GetString() is { Length: 0 } => "–",
        JsonValueKind.String when value.TryGetDateTimeOffset(out var at) => at.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture),
        _ => Short(value.ToString()),
    };

    private static string Short(string text) => text.Length <= ValueLimit ? text : text[..ValueLimit] + "…";
}

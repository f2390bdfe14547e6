using System.Text.Json;

namespace Portal.Components.Pages.Projects.Activity;

/// <summary>The details of an audit line in one line: <c>size: S → M, region: – → eu-west</c>. Pure.</summary>
public static class ActivityDetails
{
    private const int ValueLimit = 60;

    /// <summary>The line, or empty.</summary>
    public static string Of(string details)
    {
        using var json = JsonDocument.Parse(details);
        return string.Join(", ", json.RootElement.EnumerateObject().Select(p => $"{p.Name}: {Value(p.Value)}"));
    }

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array when value.GetArrayLength() == 2 => $"{Value(value[0])} → {Value(value[1])}",
        JsonValueKind.Null => "–",
        JsonValueKind.String when value.GetString() is { Length: 0 } => "–",
        _ => Short(value.ToString()),
    };

    private static string Short(string text) => text.Length <= ValueLimit ? text : text[..ValueLimit] + "…";
}

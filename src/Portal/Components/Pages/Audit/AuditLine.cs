using System.Globalization;
using System.Text.Json;

namespace Portal.Components.Pages.Audit;

/// <summary>One field of an audit entry's details.</summary>
/// <param name="IsChange">True when the field changed from <paramref name="Before"/> to <paramref name="After"/>.</param>
public sealed record AuditLine(string Field, bool IsChange, string Before, string After)
{
    /// <summary>The fields of the details; <c>[before, after]</c> is a change, everything else a fact.</summary>
    public static IReadOnlyList<AuditLine> From(string details)
    {
        using var json = JsonDocument.Parse(details);
        return json.RootElement.ValueKind != JsonValueKind.Object ? [] :
        [
            .. json.RootElement.EnumerateObject().Select(field =>
                field.Value is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
                    ? new AuditLine(field.Name, true, Text(pair[0]), Text(pair[1]))
                    : new AuditLine(field.Name, false, "", Text(field.Value))),
        ];
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        // Only what was written as a moment; anything else that people typed stays as it is.
        JsonValueKind.String when value.GetString() is { Length: >= 20 } text && text[10] == 'T' && value.TryGetDateTimeOffset(out var at) =>
            at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Null => "–",
        _ => value.GetRawText(),
    };
}

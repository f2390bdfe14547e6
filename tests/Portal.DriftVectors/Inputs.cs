using System.Globalization;
using System.Text.Json;

namespace Portal.DriftVectors;

/// <summary>Reads inputs: null is missing, infinities are strings.</summary>
internal static class Inputs
{
    public static double?[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(Number)];

    public static double[] Known(JsonElement array) => [.. array.EnumerateArray().Select(e => Number(e) ?? double.NaN)];

    public static string?[] Labels(JsonElement array) => [.. array.EnumerateArray().Select(Label)];

    public static double? Number(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => double.Parse(element.GetString()!, CultureInfo.InvariantCulture),
        _ => element.GetDouble(),
    };

    public static string? Label(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => element.GetString(),
        _ => element.GetRawText(),
    };
}

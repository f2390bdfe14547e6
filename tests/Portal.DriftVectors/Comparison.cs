using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Drift.Sketches;

namespace Portal.DriftVectors;

/// <summary>Compares an expected tree with an actual one, path by path, with the tolerance of each path.</summary>
internal sealed class Comparison(CaseResult result, Worst worst, string prefix, Func<string, Tolerance> tolerances)
{
    public void Check(JsonElement expected, JsonNode? actual) => Check(expected, actual, "");

    private void Check(JsonElement expected, JsonNode? actual, string path)
    {
        var tolerance = tolerances(path);
        if (tolerance == Tolerance.Ignored) return;
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object when actual is JsonObject found:
                foreach (var property in expected.EnumerateObject())
                {
                    var at = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
                    if (found.TryGetPropertyValue(property.Name, out var value)) Check(property.Value, value, at);
                    else if (tolerances(at) != Tolerance.Ignored) Fail(at, "is not computed");
                }

                break;
            case JsonValueKind.Array when tolerance == Tolerance.MostFrequent && expected.GetArrayLength() > SpaceSaving.Capacity && actual is JsonArray found:
                CheckNames(expected, found, path);
                break;
            case JsonValueKind.Array when actual is JsonArray found && tolerance != Tolerance.Unordered:
                if (found.Count != expected.GetArrayLength()) Fail(path, $"has {found.Count} entries, expected {expected.GetArrayLength()}");
                else foreach (var (item, i) in expected.EnumerateArray().Select((item, i) => (item, i))) Check(item, found[i], path + "[]");
                break;
            case JsonValueKind.Number when actual is JsonValue found && found.GetValueKind() == JsonValueKind.Number:
                CheckNumber(expected.GetDouble(), Number(found), path, tolerance);
                break;
            default:
                result.Checks++;
                if (!Same(expected, actual)) Fail(path, $"is {Show(actual)}, expected {expected.GetRawText()}");
                break;
        }
    }

    private void CheckNames(JsonElement expected, JsonArray found, string path)
    {
        result.Checks++;
        var names = expected.EnumerateArray().Select(e => e.GetString()).ToHashSet(StringComparer.Ordinal);
        if (found.Count != SpaceSaving.Capacity) Fail(path, $"has {found.Count} names, expected the {SpaceSaving.Capacity} most frequent");
        else if (found.FirstOrDefault(n => !names.Contains((string?)n)) is { } other) Fail(path, $"names {Show(other)}, which is not new");
    }

    private void CheckNumber(double expected, double actual, string path, Tolerance tolerance)
    {
        result.Checks++;
        var share = tolerance.Share(expected, actual);
        worst.Note(share, path);
        if (!(share <= 1))
        {
            Fail(path, string.Create(CultureInfo.InvariantCulture, $"is {actual:R}, expected {expected:R} ({share:G3} of tolerance)"));
        }
    }

    private void Fail(string path, string text) => result.Failures.Add($"{prefix}{path} {text}");

    private static double Number(JsonValue value) =>
        value.TryGetValue(out double real) ? real : value.TryGetValue(out long whole) ? whole : value.GetValue<int>();

    private static bool Same(JsonElement expected, JsonNode? actual) => expected.ValueKind switch
    {
        JsonValueKind.Null => actual is null,
        JsonValueKind.Array => actual is JsonArray,
        _ => actual is JsonValue && JsonNode.DeepEquals(JsonNode.Parse(expected.GetRawText()), JsonNode.Parse(actual.ToJsonString())),
    };

    private static string Show(JsonNode? node) => node?.ToJsonString() is { } text ? text[..Math.Min(80, text.Length)] : "null";
}

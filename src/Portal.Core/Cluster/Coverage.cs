using System.Text.Json.Nodes;
using Portal.Core.Ownership;

namespace Portal.Core.Cluster;

/// <summary>
/// What of a wish an object shows. An API server writes amounts in its own way, and 1024Gi comes back as 1Ti; anywhere else, as in
/// annotations and variables, a text is a text. Pure.
/// </summary>
public static class Coverage
{
    private static readonly string[] AmountHolders = ["hard", "limits", "resources"];

    /// <summary>True when every field of <paramref name="wanted"/> stands in <paramref name="seen"/> with the same value.</summary>
    /// <param name="amounts">True where the two hold amounts.</param>
    public static bool Covers(JsonNode? seen, JsonNode? wanted, bool amounts = false) => wanted switch
    {
        null => seen is null,
        // Servers drop empty objects and empty texts.
        JsonObject { Count: 0 } => seen is null or JsonObject,
        JsonObject fields => seen is JsonObject && fields.All(f => Covers(seen[f.Key], f.Value, amounts || HoldsAmounts(f.Key))),
        JsonArray items => seen is JsonArray found && found.Count == items.Count && items.Index().All(i => Covers(found[i.Index], i.Item, amounts)),
        _ => seen is JsonValue && (seen.ToString() == wanted.ToString() || (amounts && AreEqual(seen.ToString(), wanted.ToString()))),
    };

    /// <summary>The fields of a wish that an object has otherwise, or not at all.</summary>
    public static IReadOnlyList<FieldChange> Missing(JsonObject seen, JsonObject wanted) =>
        [.. ManifestDiff.Missing(seen, wanted).Where(f => f is not { Before: "", After: null } && !(IsAmount(f.Path) && AreEqual(f.Before, f.After)))];

    private static bool IsAmount(string path) =>
        path.StartsWith("spec.", StringComparison.Ordinal) && path.Split('.').Any(part => HoldsAmounts(part.Split('[')[0]));

    private static bool HoldsAmounts(string field) => Array.IndexOf(AmountHolders, field) >= 0;

    private static bool AreEqual(string? one, string? other) => Quantity.Parse(one) is { } amount && amount == Quantity.Parse(other);
}

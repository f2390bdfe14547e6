using System.Globalization;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>What controllers read of objects beyond single fields: lists, maps, times. An absent field reads as nothing.</summary>
internal static class Fields
{
    public static IEnumerable<JsonObject> Each(this JsonObject tree, params ReadOnlySpan<string> path) =>
        tree.Items(path)?.OfType<JsonObject>() ?? [];

    public static IEnumerable<string> Texts(this JsonObject tree, params ReadOnlySpan<string> path) =>
        tree.Items(path)?.OfType<JsonValue>().Select(Plain) ?? [];

    public static IEnumerable<KeyValuePair<string, string>> Pairs(this JsonObject tree, params ReadOnlySpan<string> path) =>
        tree.Map(path)?.Where(pair => pair.Value is JsonValue).Select(pair => KeyValuePair.Create(pair.Key, Plain((JsonValue)pair.Value!))) ?? [];

    public static bool Is(this JsonObject tree, params ReadOnlySpan<string> path) => tree.Flag(path) == true;

    public static JsonObject Part(this JsonObject tree, params ReadOnlySpan<string> path) => tree.Map(path) ?? [];

    public static DateTimeOffset? Time(this JsonObject tree, params ReadOnlySpan<string> path) =>
        DateTimeOffset.TryParse(tree.Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    /// <summary>Namespace and name, by which a controller's queue knows an object.</summary>
    public static string Key(this JsonObject tree) => $"{tree.Namespace()}/{tree.Name()}";

    public static DateTimeOffset Created(this JsonObject tree) => tree.Time("metadata", "creationTimestamp") ?? DateTimeOffset.MinValue;

    public static JsonObject Copy(this JsonObject tree) => (JsonObject)tree.DeepClone();

    public static string Stamp(this DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A scalar as a person would write it: also numbers and booleans, which quantities and values may be.</summary>
    private static string Plain(JsonValue value) => value.TryGetValue(out string? text) ? text : value.ToJsonString();
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Testing.Schemas;

/// <summary>
/// Walks an object beside its schema and collects what does not fit: types, required and unknown fields, enum, pattern,
/// bounds, formats, quantities, keys of list maps, members of sets, and anyOf, oneOf, allOf, not.
/// </summary>
/// <param name="resolve">The definition that a <c>$ref</c> names.</param>
public sealed partial class SchemaCheck(Func<string, JsonObject?> resolve, List<string> problems)
{
    private const string QuantityDefinition = "io.k8s.apimachinery.pkg.api.resource.Quantity";

    // A definition says only "type: object" of metadata; it is the same for every kind.
    private static readonly JsonObject Metadata = new() { ["$ref"] = "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" };

    private static readonly ConcurrentDictionary<string, Regex> Patterns = new();

    /// <summary>Checks a value against a schema, and what is within it; what is wrong is gathered.</summary>
    public void Check(string path, JsonObject schema, JsonNode? value)
    {
        if (schema["$ref"]?.ToString() is { } reference)
        {
            if (value is not null && reference.EndsWith(QuantityDefinition, StringComparison.Ordinal) && !ValueFormats.IsQuantity(value.ToString()))
                Add(path, $"\"{value}\" is no quantity");
            if (resolve(reference) is { } target)
                Check(path, target, value);
            return;
        }
        if (value is null)
        {
            if (schema["nullable"]?.GetValue<bool>() != true)
                Add(path, "is null");
            return;
        }
        if (!HasType(schema, value))
        {
            Add(path, $"expected {schema["type"] ?? "integer or string"}, found {value.GetValueKind()}");
            return;
        }
        CheckAlternatives(path, schema, value);
        if (schema["enum"] is JsonArray allowed && !allowed.Any(a => JsonNode.DeepEquals(a, value)))
            Add(path, $"{value.ToJsonString()} is not one of {allowed.ToJsonString()}");
        switch (value)
        {
            case JsonObject o: CheckObject(path, schema, o); break;
            case JsonArray a: CheckArray(path, schema, a); break;
            case JsonValue v: CheckScalar(path, schema, v); break;
        }
    }

    private void CheckObject(string path, JsonObject schema, JsonObject value)
    {
        var fields = schema["properties"] as JsonObject;
        var others = schema["additionalProperties"];
        foreach (var required in schema["required"] as JsonArray ?? [])
        {
            if (!value.ContainsKey(required!.ToString()))
                Add(path, $"{required} is required");
        }
        if (IsTrue(schema, "x-kubernetes-embedded-resource") && (!value.ContainsKey("apiVersion") || !value.ContainsKey("kind")))
            Add(path, "apiVersion and kind are required");
        CheckBounds(path, schema, "Properties", value.Count);
        foreach (var (name, child) in value)
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (fields?[name] is JsonObject field)
                Check(at, path.Length == 0 && name == "metadata" && field["$ref"] is null && field["properties"] is null ? Metadata : field, child);
            else if (others is JsonObject any)
                Check(at, any, child);
            else if (path.Length == 0 && name == "metadata")
                Check(at, Metadata, child);
            else if (fields is not null && others is null && !IsTrue(schema, "x-kubernetes-preserve-unknown-fields") && !IsTypeMeta(path, name))
                Add(at, "unknown field");
        }
    }

    private static bool IsTypeMeta(string path, string name) => path.Length == 0 && name is "apiVersion" or "kind";

    private void CheckArray(string path, JsonObject schema, JsonArray value)
    {
        CheckBounds(path, schema, "Items", value.Count);
        if (schema["items"] is JsonObject items)
        {
            for (var i = 0; i < value.Count; i++)
                Check($"{path}[{i}]", items, value[i]);
        }
        var keys = (schema["x-kubernetes-list-map-keys"] as JsonArray ?? []).Select(k => k!.ToString()).ToArray();
        foreach (var key in keys.Where(k => value.OfType<JsonObject>().Any(o => Key(schema, o, k) is null)))
            Add(path, $"an entry without {key}");
        if (keys.Length > 0 && HasTwins(value.OfType<JsonObject>().Select(o => string.Join('|', keys.Select(k => Key(schema, o, k))))))
            Add(path, $"two entries with the same {string.Join(", ", keys)}");
        if ((schema["x-kubernetes-list-type"]?.ToString() == "set" || IsTrue(schema, "uniqueItems")) && HasTwins(value.Select(v => v?.ToJsonString() ?? "")))
            Add(path, "the same entry twice");
    }

    // A key that is left out has its default, which the document of Kubernetes itself only tells in words.
    private string? Key(JsonObject schema, JsonObject entry, string key)
    {
        var items = schema["items"] as JsonObject;
        if (items?["$ref"]?.ToString() is { } reference)
            items = resolve(reference);
        var field = items?["properties"]?[key];
        return (entry[key] ?? field?["default"])?.ToString()
            ?? (Told().Match(field?["description"]?.ToString() ?? "") is { Success: true } told ? told.Groups[1].Value : null);
    }

    [GeneratedRegex("Default(?:s to| is) \"?(\\w+)", RegexOptions.None, 1000)]
    private static partial Regex Told();

    private static bool HasTwins(IEnumerable<string> values) => values.GroupBy(v => v).Any(g => g.Count() > 1);

    private void CheckScalar(string path, JsonObject schema, JsonValue value)
    {
        var text = value.ToString();
        if (value.GetValueKind() == JsonValueKind.String)
        {
            if (schema["pattern"]?.ToString() is { } pattern && !Patterns.GetOrAdd(pattern, Compile).IsMatch(text))
                Add(path, $"\"{text}\" does not match {pattern}");
            CheckBounds(path, schema, "Length", text.EnumerateRunes().Count());
        }
        else if (value.GetValueKind() == JsonValueKind.Number && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            CheckNumber(path, schema, number);
        }
        if (schema["format"]?.ToString() is { } format && !ValueFormats.Fits(format, value))
            Add(path, $"{value.ToJsonString()} is no {format}");
    }

    private void CheckNumber(string path, JsonObject schema, decimal number)
    {
        if (Bound(schema, "minimum") is { } low && (number < low || (number == low && IsTrue(schema, "exclusiveMinimum"))))
            Add(path, $"{number} is below {low}");
        if (Bound(schema, "maximum") is { } high && (number > high || (number == high && IsTrue(schema, "exclusiveMaximum"))))
            Add(path, $"{number} is above {high}");
        if (Bound(schema, "multipleOf") is { } step && number % step != 0)
            Add(path, $"{number} is no multiple of {step}");
    }

    private void CheckAlternatives(string path, JsonObject schema, JsonNode value)
    {
        foreach (var all in schema["allOf"] as JsonArray ?? [])
            CheckValueRules(path, all!.AsObject(), value, problems);
        if (schema["anyOf"] is JsonArray any && any.Count > 0 && !any.Any(s => Fits(s!.AsObject(), value)))
            Add(path, "fits none of the alternatives");
        if (schema["oneOf"] is JsonArray one && one.Count > 0 && one.Count(s => Fits(s!.AsObject(), value)) is var fitting and not 1)
            Add(path, fitting == 0 ? "fits none of the alternatives" : "fits more than one of the alternatives");
        if (schema["not"] is JsonObject not && Fits(not, value))
            Add(path, "fits what is forbidden");
    }

    private bool Fits(JsonObject schema, JsonNode value)
    {
        var found = new List<string>();
        CheckValueRules("", schema, value, found);
        return found.Count == 0;
    }

    // An alternative of a structural schema names fields for their rules, not to declare the whole object.
    private void CheckValueRules(string path, JsonObject schema, JsonNode value, List<string> into)
    {
        var open = (JsonObject)schema.DeepClone();
        open["x-kubernetes-preserve-unknown-fields"] = true;
        new SchemaCheck(resolve, into).Check(path.Length == 0 ? "value" : path, open, value);
    }

    private void CheckBounds(string path, JsonObject schema, string what, int count)
    {
        if (Bound(schema, "min" + what) is { } low && count < low)
            Add(path, $"{count} {what.ToLowerInvariant()}, at least {low}");
        if (Bound(schema, "max" + what) is { } high && count > high)
            Add(path, $"{count} {what.ToLowerInvariant()}, at most {high}");
    }

    private static bool IsTrue(JsonObject schema, string name) =>
        schema[name] is JsonValue value && value.TryGetValue<bool>(out var set) && set;

    private static decimal? Bound(JsonObject schema, string name) =>
        schema[name] is JsonValue bound && decimal.TryParse(bound.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number : null;

    private static bool HasType(JsonObject schema, JsonNode value)
    {
        var kind = value.GetValueKind();
        if (IsTrue(schema, "x-kubernetes-int-or-string"))
            return kind == JsonValueKind.String || IsWhole(value);
        return schema["type"]?.ToString() switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "number" => kind == JsonValueKind.Number,
            "integer" => IsWhole(value),
            _ => true,
        };
    }

    private static bool IsWhole(JsonNode value) => value.GetValueKind() == JsonValueKind.Number
        && decimal.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number == decimal.Truncate(number);

    // As in Go's RE2: unanchored, and a match takes time in proportion to the text.
    private static Regex Compile(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private void Add(string path, string problem) => problems.Add($"{(path.Length == 0 ? "object" : path)}: {problem}");
}

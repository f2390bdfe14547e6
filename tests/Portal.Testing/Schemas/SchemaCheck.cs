using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Testing.Schemas;

/// <summary>Walks an object beside its schema and collects what does not fit.</summary>
internal sealed class SchemaCheck(Func<string, JsonObject?> resolve, List<string> problems)
{
    public void Check(string path, JsonObject schema, JsonNode? value)
    {
        if (schema["$ref"] is { } reference)
        {
            if (resolve(reference.ToString()) is { } target)
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
        CheckBounds(path, schema, "Properties", value.Count);
        foreach (var (name, child) in value)
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            if (fields?[name] is JsonObject field)
                Check(at, path.Length == 0 && name == "metadata" && field.Count <= 2 && field["$ref"] is null ? Metadata : field, child);
            else if (others is JsonObject any)
                Check(at, any, child);
            else if (fields is not null && others is null && schema["x-kubernetes-preserve-unknown-fields"] is null && !IsTypeMeta(path, name))
                Add(at, "unknown field");
        }
    }

    // A definition says only "type: object" of metadata; it is the same for every kind.
    private static readonly JsonObject Metadata =
        new() { ["$ref"] = "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" };

    private static bool IsTypeMeta(string path, string name) => path.Length == 0 && name is "apiVersion" or "kind" or "metadata";

    private void CheckArray(string path, JsonObject schema, JsonArray value)
    {
        CheckBounds(path, schema, "Items", value.Count);
        if (schema["items"] is JsonObject items)
        {
            for (var i = 0; i < value.Count; i++)
                Check($"{path}[{i}]", items, value[i]);
        }
        var keys = (schema["x-kubernetes-list-map-keys"] as JsonArray ?? []).Select(k => k!.ToString()).ToArray();
        if (keys.Length > 0 && value.OfType<JsonObject>().GroupBy(o => string.Join('|', keys.Select(k => o[k]?.ToString()))).Any(g => g.Count() > 1))
            Add(path, $"two entries with the same {string.Join(", ", keys)}");
    }

    private void CheckScalar(string path, JsonObject schema, JsonValue value)
    {
        var text = value.ToString();
        if (schema["enum"] is JsonArray allowed && !allowed.Any(a => a?.ToString() == text))
            Add(path, $"\"{text}\" is not one of {allowed.ToJsonString()}");
        if (schema["pattern"] is { } pattern && value.GetValueKind() == JsonValueKind.String && !Regex.IsMatch(text, pattern.ToString()))
            Add(path, $"\"{text}\" does not match {pattern}");
        if (value.GetValueKind() == JsonValueKind.String)
            CheckBounds(path, schema, "Length", text.Length);
        if (value.GetValueKind() == JsonValueKind.Number && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            if (Bound(schema, "minimum") is { } low && number < low)
                Add(path, $"{number} is below {low}");
            if (Bound(schema, "maximum") is { } high && number > high)
                Add(path, $"{number} is above {high}");
        }
    }

    private void CheckAlternatives(string path, JsonObject schema, JsonNode value)
    {
        foreach (var all in schema["allOf"] as JsonArray ?? [])
            CheckValueRules(path, all!.AsObject(), value, problems);
        if (schema["anyOf"] is JsonArray any && any.Count > 0 && !any.Any(s => Fits(s!.AsObject(), value)))
            Add(path, "fits none of the alternatives");
        if (schema["oneOf"] is JsonArray one && one.Count > 0 && one.Count(s => Fits(s!.AsObject(), value)) == 0)
            Add(path, "fits none of the alternatives");
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
        new SchemaCheck(resolve, into).Check(path, open, value);
    }

    private void CheckBounds(string path, JsonObject schema, string what, int count)
    {
        if (Bound(schema, "min" + what) is { } low && count < low)
            Add(path, $"{count} {what.ToLowerInvariant()}, at least {low}");
        if (Bound(schema, "max" + what) is { } high && count > high)
            Add(path, $"{count} {what.ToLowerInvariant()}, at most {high}");
    }

    private static decimal? Bound(JsonObject schema, string name) => schema[name] is { } bound
        ? decimal.Parse(bound.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    private static bool HasType(JsonObject schema, JsonNode value)
    {
        var kind = value.GetValueKind();
        if (schema["x-kubernetes-int-or-string"]?.GetValue<bool>() == true)
            return kind is JsonValueKind.String or JsonValueKind.Number;
        return schema["type"]?.ToString() switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "number" => kind == JsonValueKind.Number,
            "integer" => kind == JsonValueKind.Number && !value.ToString().Contains('.'),
            _ => true,
        };
    }

    private void Add(string path, string problem) => problems.Add($"{(path.Length == 0 ? "object" : path)}: {problem}");
}

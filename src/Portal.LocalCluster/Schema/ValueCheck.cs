using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Schema;

/// <summary>Holds values against their schema: types (of custom resources), what is required, enumerations, patterns, bounds.</summary>
internal sealed class ValueCheck(Causes causes, bool custom)
{
    /// <param name="old">The value before. Unchanged it stays as it is, though its definition would no longer let it in.</param>
    public void Check(FieldSchema schema, JsonNode? value, JsonNode? old, string path)
    {
        if (old is not null && JsonNode.DeepEquals(value, old)) return;
        if (value is null)
        {
            if (custom && !schema.Nullable && schema.Type != FieldType.Any) Type(schema, "null", path);
            return;
        }
        if (custom && !HasType(schema, value))
        {
            Type(schema, KindName(value), path);
            return;
        }
        if (schema.Enum is { } allowed && !allowed.Contains(value.AsText() ?? value.ToJsonString()))
            causes.NotSupported(path, Shown(value), allowed);
        switch (value)
        {
            case JsonObject map:
                Map(schema, map, old as JsonObject, path);
                break;
            case JsonArray list:
                List(schema, list, old as JsonArray, path);
                break;
            default:
                Scalar(schema, value, path);
                break;
        }
        Alternatives(schema, value, path);
    }

    private void Map(FieldSchema schema, JsonObject map, JsonObject? old, string path)
    {
        foreach (var required in schema.Required)
        {
            if (map[required] is null && !(map.ContainsKey(required) && schema.Fields.GetValueOrDefault(required)?.Nullable == true)) causes.Required($"{path}.{required}");
        }
        if (schema.Bounds?.MinProperties is { } least && map.Count < least) causes.Invalid(path, map.Count, $"{path} in body should have at least {least} properties");
        if (schema.Bounds?.MaxProperties is { } most && map.Count > most) causes.TooMany(path, map.Count, most);
        foreach (var (key, value) in map)
        {
            var field = schema.Type == FieldType.Map ? schema.Items : schema.Fields.GetValueOrDefault(key) ?? schema.Items;
            if (field is not null) Check(field, value, old?[key], schema.Type == FieldType.Map && !custom ? $"{path}[{key}]" : $"{path}.{key}");
        }
    }

    private void List(FieldSchema schema, JsonArray list, JsonArray? old, string path)
    {
        if (schema.Bounds?.MinItems is { } least && list.Count < least) causes.Invalid(path, list.Count, $"{path} in body should have at least {least} items");
        if (schema.Bounds?.MaxItems is { } most && list.Count > most) causes.TooMany(path, list.Count, most);
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            if (schema.Merge != ListMerge.Atomic && custom && Ownership.FieldWalk.ElementStep(schema, list[i]) is { } key && !seen.Add(key))
                causes.Duplicate($"{path}[{i}]", JsonNode.Parse(key[2..]));
            if (schema.Items is { } items) Check(items, list[i], RuleCheck.Before(schema, list[i], old), $"{path}[{i}]");
        }
    }

    private void Scalar(FieldSchema schema, JsonNode value, string path)
    {
        if (value.AsText() is { } text)
        {
            if (schema.Pattern is { } pattern && !pattern.IsMatch(text)) causes.Invalid(path, text, $"{path} in body should match '{pattern}'");
            if (schema.Bounds?.MinLength is { } shortest && text.Length < shortest) causes.Invalid(path, text, $"{path} in body should be at least {shortest} chars long");
            if (schema.Bounds?.MaxLength is { } longest && text.Length > longest) causes.TooLong(path, longest);
            if (custom && schema.Format == "date-time" && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _))
                causes.Invalid(path, text, $"{path} in body must be of type date-time: \"{text}\"");
            return;
        }
        if (schema.Bounds is not { } bounds || value.GetValueKind() != JsonValueKind.Number) return;
        var number = decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
        if (bounds.Minimum is { } minimum && (bounds.ExclusiveMinimum ? number <= minimum : number < minimum))
            causes.Invalid(path, value, $"{path} in body should be greater than {(bounds.ExclusiveMinimum ? "" : "or equal to ")}{minimum.ToString(CultureInfo.InvariantCulture)}");
        if (bounds.Maximum is { } maximum && (bounds.ExclusiveMaximum ? number >= maximum : number > maximum))
            causes.Invalid(path, value, $"{path} in body should be less than {(bounds.ExclusiveMaximum ? "" : "or equal to ")}{maximum.ToString(CultureInfo.InvariantCulture)}");
        if (bounds.MultipleOf is { } step && number % step != 0)
            causes.Invalid(path, value, $"{path} in body should be a multiple of {step.ToString(CultureInfo.InvariantCulture)}");
    }

    private void Alternatives(FieldSchema schema, JsonNode value, string path)
    {
        foreach (var part in schema.AllOf) Check(part, value, old: null, path);
        if (schema.AnyOf.Count > 0 && !schema.AnyOf.Any(part => Accepts(part, value, path)))
            causes.Invalid(path, value.DeepClone(), $"{path} in body must validate at least one schema (anyOf)");
        if (schema.OneOf.Count > 0 && schema.OneOf.Count(part => Accepts(part, value, path)) != 1)
            causes.Invalid(path, value.DeepClone(), $"{path} in body must validate one and only one schema (oneOf)");
        if (schema.Not is { } not && Accepts(not, value, path)) causes.Invalid(path, value.DeepClone(), $"{path} in body must not validate the schema (not)");
    }

    private bool Accepts(FieldSchema schema, JsonNode value, string path)
    {
        var found = new Causes();
        new ValueCheck(found, custom).Check(schema, value, old: null, path);
        return !found.Any;
    }

    private void Type(FieldSchema schema, string found, string path) =>
        causes.TypeInvalid(path, found, $"{path} in body must be of type {TypeName(schema)}: \"{found}\"");

    private static bool HasType(FieldSchema schema, JsonNode value) => schema.Type switch
    {
        FieldType.Object or FieldType.Map => value is JsonObject,
        FieldType.List => value is JsonArray,
        FieldType.Text => value.GetValueKind() == JsonValueKind.String,
        FieldType.Whole => value.AsWhole() is not null,
        FieldType.Number => value.GetValueKind() == JsonValueKind.Number,
        FieldType.Flag => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        FieldType.IntOrString => value.GetValueKind() == JsonValueKind.String || value.AsWhole() is not null,
        _ => true,
    };

    private static string TypeName(FieldSchema schema) => schema.Type switch
    {
        FieldType.Object or FieldType.Map => "object",
        FieldType.List => "array",
        FieldType.Text => "string",
        FieldType.Whole => "integer",
        FieldType.Number => "number",
        FieldType.Flag => "boolean",
        _ => "integer or string",
    };

    private static string KindName(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.AsWhole() is null ? "number" : "integer",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => "boolean",
    };

    private static string Shown(JsonNode value) => System.Text.Encoding.UTF8.GetString(ObjectText.Write(value));
}

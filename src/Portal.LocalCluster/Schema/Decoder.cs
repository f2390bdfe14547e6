using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Schema;

/// <summary>One pass over an object: unknown fields are taken away and noted, quantities made texts, defaults filled.</summary>
internal sealed class Decoder(bool custom)
{
    /// <summary>Lists that a built-in kind shows though there is nothing in them; any other empty list or map is left out.</summary>
    private static readonly HashSet<string> ShownEmpty = new(StringComparer.Ordinal) { "containers", "endpoints", "rules", "storedVersions", "verbs" };

    public List<string> Unknown { get; } = [];

    /// <summary>The first value of a wrong type in a built-in kind, in the words of Go's decoder.</summary>
    public string? Mismatch { get; private set; }

    public void Object(FieldSchema schema, JsonObject tree, string path, bool preserve)
    {
        foreach (var (key, value) in tree.ToList())
        {
            var at = path.Length == 0 ? key : $"{path}.{key}";
            if (schema.Type == FieldType.Map || !schema.Fields.TryGetValue(key, out var field))
            {
                if (schema.Embedded && key is "apiVersion" or "kind" or "metadata") continue;
                if (schema.Items is { } values)
                {
                    Value(values, value, at, schema, tree, key);
                }
                else if (!preserve && !schema.PreserveUnknown)
                {
                    Unknown.Add(at);
                    tree.Remove(key);
                }
                continue;
            }
            if (custom && path.Length == 0 && key is "apiVersion" or "kind") continue;
            Value(field, value, at, schema, tree, key);
        }
        foreach (var (key, field) in schema.Fields)
        {
            if (field.Default is { } value && !tree.ContainsKey(key) && (custom || field.Type == FieldType.Text)) tree[key] = value.DeepClone();
            if (field.Default is not null && custom && tree[key] is JsonObject filled) Object(field, filled, $"{path}.{key}".TrimStart('.'), preserve: true);
        }
    }

    private void Value(FieldSchema schema, JsonNode? value, string path, FieldSchema parent, JsonObject tree, string key)
    {
        if (value is null)
        {
            if (!custom || (schema.Default is not null && !schema.Nullable)) tree.Remove(key);
            return;
        }
        if ((!custom || path.StartsWith("metadata", StringComparison.Ordinal)) && !Fits(schema, value))
        {
            Mismatch ??= schema.Format == "quantity"
                ? "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
                : schema.Format == "byte" && value.AsText() is not null ? "illegal base64 data"
                : $"json: cannot unmarshal {GoName(value)} into Go struct field {parent.TypeName}.{path} of type {GoType(schema)}";
            return;
        }
        if ((!custom || path.StartsWith("metadata", StringComparison.Ordinal)) && IsNothing(schema, value) && !ShownEmpty.Contains(key))
        {
            tree.Remove(key);
            return;
        }
        if (schema.Format == "quantity" && !custom)
        {
            // Shown in one form however it was written: 0.5 as 500m, 1024Mi as 1Gi.
            var text = value.AsText() ?? value.ToJsonString();
            tree[key] = Quantity.TryParse(text, out var amount) ? amount.ToString() : text;
            return;
        }
        Inside(schema, value, path);
    }

    private void Inside(FieldSchema schema, JsonNode? value, string path)
    {
        switch (value)
        {
            case JsonObject map when schema.Type is FieldType.Object or FieldType.Map:
                Object(schema, map, path, preserve: false);
                break;
            case JsonArray list when schema is { Type: FieldType.List, Items: { } items }:
                for (var i = 0; i < list.Count; i++)
                {
                    var at = $"{path}[{i}]";
                    if (!custom && list[i] is { } item && !Fits(items, item))
                        Mismatch ??= $"json: cannot unmarshal {GoName(item)} into Go struct field .{path} of type {GoType(items)}";
                    else Inside(items, list[i], at);
                }
                break;
        }
    }

    private static bool IsNothing(FieldSchema schema, JsonNode value) =>
        (schema.Type == FieldType.Map && value is JsonObject { Count: 0 }) || (schema.Type == FieldType.List && value is JsonArray { Count: 0 });

    private static bool Fits(FieldSchema schema, JsonNode value) => schema.Type switch
    {
        FieldType.Object or FieldType.Map => value is JsonObject,
        FieldType.List => value is JsonArray,
        FieldType.Text => value.AsText() is { } text && (schema.Format != "byte" || IsBase64(text)),
        FieldType.Whole => value.AsWhole() is not null,
        FieldType.Number => value.GetValueKind() == JsonValueKind.Number,
        FieldType.Flag => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        FieldType.IntOrString when schema.Format == "quantity" =>
            value.GetValueKind() == JsonValueKind.Number || Quantity.TryParse(value.AsText(), out _),
        FieldType.IntOrString => value.GetValueKind() == JsonValueKind.String || value.AsWhole() is not null,
        _ => true,
    };

    private static bool IsBase64(string text) => Convert.TryFromBase64String(text, new byte[text.Length], out _);

    private static string GoName(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => "bool",
    };

    private static string GoType(FieldSchema schema) => schema.Type switch
    {
        FieldType.Text => "string",
        FieldType.Whole => "int32",
        FieldType.Number => "float64",
        FieldType.Flag => "bool",
        FieldType.List => "[]" + GoType(schema.Items!),
        FieldType.Map => "map[string]" + GoType(schema.Items!),
        _ => "v1." + schema.TypeName,
    };
}

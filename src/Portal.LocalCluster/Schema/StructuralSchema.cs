using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Schema;

/// <summary>Reads the openAPIV3Schema of a CustomResourceDefinition.</summary>
internal static class StructuralSchema
{
    private static readonly TimeSpan PatternPatience = TimeSpan.FromSeconds(1);

    /// <summary>The schema of a whole object: metadata is the server's own.</summary>
    public static FieldSchema Root(JsonObject? schema)
    {
        if (schema is null) return FieldSchema.Anything;
        var root = Of(schema);
        var fields = new Dictionary<string, FieldSchema>(root.Fields, StringComparer.Ordinal)
        {
            ["apiVersion"] = new() { Type = FieldType.Text },
            ["kind"] = new() { Type = FieldType.Text },
            ["metadata"] = KindText.ObjectMeta,
        };
        root.Fields = fields;
        return root;
    }

    /// <exception cref="ArgumentException">A pattern that is no regular expression.</exception>
    public static FieldSchema Of(JsonObject schema)
    {
        var keys = Texts(schema.Items("x-kubernetes-list-map-keys"));
        var intOrString = schema.Flag("x-kubernetes-int-or-string") == true;
        var properties = schema.Map("properties");
        var values = schema.Map("additionalProperties");
        return new FieldSchema
        {
            Type = intOrString ? FieldType.IntOrString : TypeOf(schema.Text("type"), isMap: values is not null && properties is null),
            Format = schema.Text("format") ?? "",
            Description = schema.Text("description") ?? "",
            Fields = properties?.Where(field => field.Value is JsonObject).ToDictionary(field => field.Key, field => Of((JsonObject)field.Value!), StringComparer.Ordinal) ?? [],
            Items = schema.Map("items") is { } items ? Of(items) : values is not null ? Of(values) : schema.Flag("additionalProperties") == true ? FieldSchema.Anything : null,
            Required = Texts(schema.Items("required")),
            Merge = schema.Text("x-kubernetes-list-type") switch { "map" => ListMerge.ByKey, "set" => ListMerge.Set, _ => ListMerge.Atomic },
            Keys = keys,
            Atomic = schema.Text("x-kubernetes-map-type") == "atomic",
            Nullable = schema.Flag("nullable") == true,
            PreserveUnknown = schema.Flag("x-kubernetes-preserve-unknown-fields") == true,
            Embedded = schema.Flag("x-kubernetes-embedded-resource") == true,
            Default = schema["default"]?.DeepClone(),
            Enum = schema.Items("enum") is { } allowed ? [.. allowed.Select(item => item.AsText() ?? item?.ToJsonString() ?? "null")] : null,
            Pattern = schema.Text("pattern") is { } pattern ? new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, PatternPatience) : null,
            Bounds = BoundsOf(schema),
            AllOf = Parts(schema, "allOf"),
            AnyOf = intOrString ? [] : Parts(schema, "anyOf"),
            OneOf = Parts(schema, "oneOf"),
            Not = schema.Map("not") is { } not ? Of(not) : null,
            Rules = [.. Rules(schema).Select(ValidationRule.From).OfType<ValidationRule>()],
            ContainsRules = HasRules(schema),
        };
    }

    private static IEnumerable<JsonObject> Rules(JsonObject schema) => (schema.Items("x-kubernetes-validations") ?? []).OfType<JsonObject>();

    private static bool HasRules(JsonObject schema) =>
        Rules(schema).Any()
        || (schema.Map("properties") ?? []).Any(field => field.Value is JsonObject inner && HasRules(inner))
        || (schema.Map("items") is { } items && HasRules(items))
        || (schema.Map("additionalProperties") is { } values && HasRules(values));

    private static FieldType TypeOf(string? type, bool isMap) => type switch
    {
        "object" => isMap ? FieldType.Map : FieldType.Object,
        "array" => FieldType.List,
        "string" => FieldType.Text,
        "integer" => FieldType.Whole,
        "number" => FieldType.Number,
        "boolean" => FieldType.Flag,
        _ => FieldType.Any,
    };

    private static List<FieldSchema> Parts(JsonObject schema, string word) => [.. (schema.Items(word) ?? []).OfType<JsonObject>().Select(Of)];

    private static List<string> Texts(JsonArray? items) => [.. (items ?? []).Select(item => item.AsText() ?? "")];

    private static Bounds? BoundsOf(JsonObject schema)
    {
        var bounds = new Bounds(
            Number(schema["minimum"]), Number(schema["maximum"]), schema.Flag("exclusiveMinimum") == true, schema.Flag("exclusiveMaximum") == true,
            Number(schema["multipleOf"]), schema.Whole("minLength"), schema.Whole("maxLength"), schema.Whole("minItems"), schema.Whole("maxItems"),
            schema.Whole("minProperties"), schema.Whole("maxProperties"), schema.Flag("uniqueItems") == true);
        return bounds == new Bounds() ? null : bounds;
    }

    private static decimal? Number(JsonNode? node) =>
        node is null ? null : decimal.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
}

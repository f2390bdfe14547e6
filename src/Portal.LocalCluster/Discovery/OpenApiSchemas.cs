using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Schema;

namespace Portal.LocalCluster.Discovery;

/// <summary>Schemas as the components of one OpenAPI document: built-in types once each and by reference, custom ones in place.</summary>
internal sealed class OpenApiSchemas
{
    private readonly Dictionary<FieldSchema, string> _names = new(ReferenceEqualityComparer.Instance);

    public JsonObject Json { get; } = [];

    public string Add(ResourceType type)
    {
        var name = $"{(type.Group.Length == 0 ? "core" : type.Group)}.{type.Version}.{type.Kind}";
        if (!type.Custom) _names[type.Schema] = name;
        Json[name] = new JsonObject();
        var schema = Inline(type.Schema, root: true);
        schema["x-kubernetes-group-version-kind"] =
            new JsonArray(new JsonObject { ["group"] = type.Group, ["kind"] = type.Kind, ["version"] = type.Version });
        Json[name] = schema;
        return name;
    }

    private JsonObject Of(FieldSchema schema)
    {
        if (schema.TypeName.Length == 0) return Inline(schema);
        if (!_names.TryGetValue(schema, out var name))
        {
            _names[schema] = name = UniqueName(schema.TypeName);
            Json[name] = new JsonObject();
            Json[name] = Inline(schema);
        }
        return new JsonObject { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = "#/components/schemas/" + name }) };
    }

    private string UniqueName(string type)
    {
        var name = "types." + type;
        for (var i = 2; Json.ContainsKey(name); i++) name = $"types.{type}{i}";
        return name;
    }

    private JsonObject Inline(FieldSchema schema, bool root = false)
    {
        var json = new JsonObject();
        if (schema.Description.Length > 0) json["description"] = schema.Description;
        switch (schema.Type)
        {
            case FieldType.Object or FieldType.Map:
                json["type"] = "object";
                break;
            case FieldType.List:
                json["type"] = "array";
                break;
            case FieldType.Text:
                json["type"] = "string";
                break;
            case FieldType.Whole:
                json["type"] = "integer";
                break;
            case FieldType.Number:
                json["type"] = "number";
                break;
            case FieldType.Flag:
                json["type"] = "boolean";
                break;
            case FieldType.IntOrString:
                json["x-kubernetes-int-or-string"] = true;
                json["oneOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" });
                break;
        }
        if (schema.Format is { Length: > 0 } and not "quantity") json["format"] = schema.Format;
        if (schema.Required.Count > 0) json["required"] = new JsonArray([.. schema.Required.Select(field => (JsonNode)field)]);
        if (schema.Type != FieldType.Map && schema.Fields.Count > 0)
            json["properties"] = new JsonObject(schema.Fields.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)Of(field.Value))));
        if (schema.Items is { } items) json[schema.Type == FieldType.List ? "items" : "additionalProperties"] = Of(items);
        if (schema.Enum is { } allowed && schema.Type == FieldType.Text) json["enum"] = new JsonArray([.. allowed.Select(value => (JsonNode)value)]);
        if (schema.Default is { } value) json["default"] = value.DeepClone();
        if (schema.PreserveUnknown && !root) json["x-kubernetes-preserve-unknown-fields"] = true;
        if (schema.Atomic) json["x-kubernetes-map-type"] = "atomic";
        if (schema.Type == FieldType.List) Lists(schema, json);
        return json;
    }

    private static void Lists(FieldSchema schema, JsonObject json)
    {
        json["x-kubernetes-list-type"] = schema.Merge switch { ListMerge.ByKey => "map", ListMerge.Set => "set", _ => "atomic" };
        if (schema.Keys.Count > 0) json["x-kubernetes-list-map-keys"] = new JsonArray([.. schema.Keys.Select(key => (JsonNode)key)]);
        if (schema.PatchKey is not { } patchKey) return;
        json["x-kubernetes-patch-strategy"] = "merge";
        if (patchKey != "*") json["x-kubernetes-patch-merge-key"] = patchKey;
    }
}

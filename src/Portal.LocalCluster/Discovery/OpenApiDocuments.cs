using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Discovery;

/// <summary>The OpenAPI v3 documents that kubectl reads before it applies or explains: one for each group version.</summary>
internal sealed class OpenApiDocuments(ResourceCatalog catalog)
{
    private static readonly string[] PatchTypes =
        ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (byte[] Json, string Hash)> _documents = new(StringComparer.Ordinal);
    private int _edition = -1;

    public JsonObject Index()
    {
        var paths = new JsonObject();
        foreach (var version in catalog.Types.Where(type => type.Stored).Select(type => (type.Group, type.Version)).Distinct())
        {
            var path = Path(version.Group, version.Version);
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}?hash={Document(version.Group, version.Version)!.Value.Hash}" };
        }
        return new JsonObject { ["paths"] = paths };
    }

    public (byte[] Json, string Hash)? Document(string group, string version)
    {
        lock (_gate)
        {
            if (_edition != catalog.Edition) _documents.Clear();
            _edition = catalog.Edition;
            var key = Path(group, version);
            if (_documents.TryGetValue(key, out var present)) return present;
            var types = catalog.Types.Where(type => type.Group == group && type.Version == version && type.Stored).ToList();
            if (types.Count == 0) return null;
            var json = ObjectText.Write(Build(types));
            return _documents[key] = (json, Convert.ToHexString(SHA512.HashData(json)));
        }
    }

    private static string Path(string group, string version) => group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";

    private static JsonObject Build(IReadOnlyList<ResourceType> types)
    {
        var schemas = new OpenApiSchemas();
        var paths = new JsonObject();
        foreach (var type in types)
        {
            var name = schemas.Add(type);
            var below = (type.Namespaced ? "/namespaces/{namespace}/" : "/") + type.Plural;
            var root = "/" + Path(type.Group, type.Version);
            paths[root + below] = new JsonObject
            {
                ["get"] = Operation(type, "list", name),
                ["post"] = Operation(type, "post", name, "application/json"),
            };
            paths[root + below + "/{name}"] = new JsonObject
            {
                ["get"] = Operation(type, "get", name),
                ["put"] = Operation(type, "put", name, "application/json"),
                ["patch"] = Operation(type, "patch", name, type.Custom ? PatchTypes[..3] : PatchTypes),
                ["delete"] = Operation(type, "delete", name),
            };
        }
        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.36.2+local" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas.Json },
        };
    }

    private static JsonObject Operation(ResourceType type, string action, string schema, params string[] bodies)
    {
        JsonObject Content() => new() { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/" + schema } };
        var operation = new JsonObject
        {
            ["parameters"] = new JsonArray([.. ((string[])["dryRun", "fieldManager", "fieldValidation", "force"]).Select(name =>
                new JsonObject { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = name == "force" ? "boolean" : "string" } })]),
            ["responses"] = new JsonObject
            {
                ["200"] = new JsonObject { ["description"] = "OK", ["content"] = new JsonObject { ["application/json"] = Content() } },
            },
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = new JsonObject { ["group"] = type.Group, ["kind"] = type.Kind, ["version"] = type.Version },
        };
        if (bodies.Length > 0)
            operation["requestBody"] = new JsonObject { ["content"] = new JsonObject(bodies.Select(media => KeyValuePair.Create(media, (JsonNode?)Content()))) };
        return operation;
    }
}

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Xunit;

namespace Portal.Testing.Schemas;

/// <summary>
/// Holds cluster objects against the published schemas of Kubernetes and of the operators' definitions.
/// <code>
/// KubernetesSchemas.AssertValid(manifest);                 // skips with a reason where the schemas are not at hand
/// var problems = KubernetesSchemas.Problems(manifest);     // ["spec.hard: expected object", …], empty when valid
/// foreach (var o in YamlDocuments.Read(text)) …            // a chart's render as trees
/// </code>
/// Checked: known kind and version, scope, types, required and unknown fields, enum, pattern, bounds, anyOf/oneOf/allOf/not.
/// Not checked: expressions (CEL) and what webhooks say.
/// </summary>
public static class KubernetesSchemas
{
    private static readonly string? Folder = FindFolder();
    private static readonly Lazy<JsonObject> Builtin = new(() => Load("openapi", "kubernetes-1.36.0.json"));
    private static readonly ConcurrentDictionary<string, Lazy<Dictionary<string, (JsonObject Schema, bool Namespaced)>>> Custom = new();
    private static readonly Lazy<Dictionary<string, JsonObject>> Kinds = new(IndexKinds);
    private static readonly ConcurrentDictionary<string, JsonObject?> References = new();

    /// <summary>Why nothing can be checked here, or null.</summary>
    public static string? Missing => Folder is null ? "../shared with openapi and crds is not beside this repository." : null;

    /// <summary>Fails with every problem of the object; skips the test where the schemas are missing.</summary>
    public static void AssertValid(JsonObject manifest)
    {
        var problems = Problems(manifest);
        Assert.True(problems.Count == 0, $"{manifest["kind"]}: {string.Join("; ", problems)}\n{manifest}");
    }

    /// <summary>What is wrong with an object, as <c>path: problem</c>.</summary>
    public static IReadOnlyList<string> Problems(JsonObject manifest)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var problems = new List<string>();
        var key = $"{manifest["apiVersion"]}/{manifest["kind"]}";
        if (Kinds.Value.TryGetValue(key, out var builtin))
        {
            new SchemaCheck(Resolve, problems).Check("", builtin, manifest);
        }
        else if (OfGroup(key.Split('/')[0]).TryGetValue(key, out var custom))
        {
            new SchemaCheck(Resolve, problems).Check("", custom.Schema, manifest);
            var hasNamespace = manifest["metadata"]?["namespace"] is not null;
            if (hasNamespace && !custom.Namespaced)
                problems.Add("metadata.namespace: the kind is cluster-scoped");
        }
        else
        {
            problems.Add($"apiVersion: no published schema for {key}");
        }
        return problems;
    }

    private static JsonObject? Resolve(string reference) => References.GetOrAdd(reference, static r =>
        Builtin.Value["definitions"]?[r.Split('/')[^1]] as JsonObject);

    private static Dictionary<string, JsonObject> IndexKinds()
    {
        var kinds = new Dictionary<string, JsonObject>();
        foreach (var (_, definition) in Builtin.Value["definitions"]!.AsObject())
        {
            foreach (var gvk in definition?["x-kubernetes-group-version-kind"] as JsonArray ?? [])
            {
                var group = gvk!["group"]!.ToString();
                kinds[$"{(group.Length == 0 ? "" : group + "/")}{gvk["version"]}/{gvk["kind"]}"] = definition!.AsObject();
            }
        }
        return kinds;
    }

    // Reading one definition costs milliseconds, all of them seconds: each group is read when an object of it is asked about.
    private static Dictionary<string, (JsonObject Schema, bool Namespaced)> OfGroup(string group) =>
        Custom.GetOrAdd(group, static g => new(() => LoadDefinitions(Path.Combine(Folder!, "crds", g)))).Value;

    private static Dictionary<string, (JsonObject, bool)> LoadDefinitions(string folder)
    {
        var found = new Dictionary<string, (JsonObject, bool)>();
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.yaml") : [])
        {
            foreach (var definition in YamlDocuments.Read(File.ReadAllText(file)))
                Index(definition, found);
        }
        return found;
    }

    private static void Index(JsonObject definition, Dictionary<string, (JsonObject, bool)> found)
    {
        if (definition["spec"]?["versions"] is not JsonArray versions)
            return;
        var spec = definition["spec"]!;
        foreach (var version in versions)
        {
            if (version?["schema"]?["openAPIV3Schema"] is JsonObject schema)
                found[$"{spec["group"]}/{version["name"]}/{spec["names"]!["kind"]}"] = (schema, spec["scope"]?.ToString() == "Namespaced");
        }
    }

    private static JsonObject Load(params string[] path) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine([Folder!, .. path])))!.AsObject();

    private static string? FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Portal.sln")))
            {
                var shared = Path.Combine(folder.FullName, "..", "shared");
                return Directory.Exists(Path.Combine(shared, "openapi")) ? shared : null;
            }
        }
        return null;
    }
}

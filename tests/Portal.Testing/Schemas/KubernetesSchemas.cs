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
/// Checked: known kind and version, scope, metadata, everything that <see cref="SchemaCheck"/> knows, and by
/// <see cref="KindRules"/> the expressions (CEL) of the definitions and the server's own rules that matter to us.
/// Not checked: rules about changes of an object, and what webhooks say.
/// </summary>
public static class KubernetesSchemas
{
    private static readonly string? Folder = FindFolder();
    private static readonly Lazy<JsonObject> Builtin = new(() => Load("openapi", "kubernetes-1.36.0.json"));
    private static readonly Lazy<Dictionary<string, JsonObject>> Kinds = new(IndexKinds);
    private static readonly ConcurrentDictionary<string, JsonObject?> References = new();

    // Reading a definition costs up to a second, all of them a minute: each is read when the first object of its kind comes.
    private static readonly ConcurrentDictionary<(string Group, string Kind), Lazy<Definition?>> Definitions = new();

    private static readonly string[] ClusterScoped =
    [
        "Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "StorageClass", "PriorityClass",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService",
    ];

    /// <summary>Why nothing can be checked here, or null.</summary>
    public static string? Missing => Folder is null ? "../shared with openapi and crds is not beside this repository." : null;

    /// <summary>Fails with every problem of the object; skips the test where the schemas are missing.</summary>
    /// <param name="observed">True for an object that somebody else may have made: what only we ask of our own objects is left out.</param>
    public static void AssertValid(JsonObject manifest, bool observed = false)
    {
        var problems = Problems(manifest, observed);
        Assert.True(problems.Count == 0, $"{manifest["kind"]}: {string.Join("; ", problems)}\n{manifest}");
    }

    /// <summary>What is wrong with an object, as <c>path: problem</c>.</summary>
    public static IReadOnlyList<string> Problems(JsonObject manifest, bool observed = false)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        var problems = new List<string>();
        var (version, kind) = (manifest["apiVersion"]?.ToString() ?? "", manifest["kind"]?.ToString() ?? "");
        if (Find(version, kind) is not { } found)
        {
            problems.Add($"apiVersion: no published schema for {version}/{kind}");
            return problems;
        }
        new SchemaCheck(Resolve, problems).Check("", found.Schema, manifest);
        if (manifest["metadata"]?["namespace"] is not null != found.Namespaced)
            problems.Add(found.Namespaced ? "metadata.namespace: is required" : "metadata.namespace: the kind is cluster-scoped");
        MetadataCheck.Check(manifest, problems);
        if (problems.Count == 0 && !observed)
            problems.AddRange(KindRules.Problems(manifest));
        return problems;
    }

    private static (JsonObject Schema, bool Namespaced)? Find(string apiVersion, string kind)
    {
        if (Kinds.Value.TryGetValue($"{apiVersion}/{kind}", out var builtin))
            return (builtin, !ClusterScoped.Contains(kind));
        var parts = apiVersion.Split('/');
        if (parts.Length != 2)
            return null;
        var definition = Definitions.GetOrAdd((parts[0], kind), static key => new Lazy<Definition?>(() => Read(key.Group, key.Kind))).Value;
        return definition?.Versions.TryGetValue(parts[1], out var schema) == true ? (schema, definition.Namespaced) : null;
    }

    private static Definition? Read(string group, string kind) => Published(group, kind) is not { } document ? null
        : new Definition(document["spec"]!["scope"]?.ToString() == "Namespaced", document["spec"]!["versions"]!.AsArray().OfType<JsonObject>()
            .Where(v => v["schema"]?["openAPIV3Schema"] is JsonObject)
            .ToDictionary(v => v["name"]!.ToString(), v => v["schema"]!["openAPIV3Schema"]!.AsObject()));

    /// <summary>The CustomResourceDefinition of a kind as its makers publish it; null where it is not at hand.</summary>
    public static JsonObject? Published(string group, string kind)
    {
        if (Folder is null)
            return null;
        var folder = Path.Combine(Folder, "crds", group);
        if (!Directory.Exists(folder))
            return null;
        foreach (var file in Directory.EnumerateFiles(folder, "*.yaml"))
        {
            var text = File.ReadAllText(file);
            if (!text.Contains($"\n    kind: {kind}\n", StringComparison.Ordinal))
                continue;
            foreach (var document in YamlDocuments.Read(text))
            {
                if (document["spec"]?["names"]?["kind"]?.ToString() == kind && document["spec"]?["versions"] is JsonArray)
                    return document;
            }
        }
        return null;
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

    private sealed record Definition(bool Namespaced, Dictionary<string, JsonObject> Versions);
}

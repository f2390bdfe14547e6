using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.LocalCluster.Definitions;
using Portal.LocalCluster.Machinery;
using static Portal.LocalCluster.Rules.KindRules;

namespace Portal.LocalCluster.Rules;

/// <summary>CustomResourceDefinitions: names that hang together, one stored version, schemas that are structural.</summary>
internal static class DefinitionRules
{
    public static void Default(JsonObject definition, JsonObject? old)
    {
        var names = definition.Ensure("spec", "names");
        if (names.Text("kind") is { } kind)
        {
            Usual(names, "singular", kind.ToLowerInvariant());
            Usual(names, "listKind", kind + "List");
        }
        Usual(definition.Ensure("spec"), "conversion", new JsonObject { ["strategy"] = "None" });
        if (old is not null) return;
        var stored = Versions(definition).Where(version => version.Flag("storage") == true).Select(version => (JsonNode?)version.Text("name")).ToArray();
        definition["status"] = new JsonObject
        {
            ["conditions"] = null,
            ["acceptedNames"] = new JsonObject { ["plural"] = "", ["kind"] = "" },
            ["storedVersions"] = new JsonArray(stored),
        };
    }

    public static void Validate(JsonObject definition, JsonObject? old, Causes causes)
    {
        var (group, plural) = (definition.Text("spec", "group") ?? "", definition.Text("spec", "names", "plural") ?? "");
        if (old is not null) Same(definition, old, causes);
        else if (group.Length > 0 && definition.Name() != $"{plural}.{group}")
            causes.Invalid("metadata.name", definition.Name(), "must be spec.names.plural+\".\"+spec.group");
        if (group.Length > 0 && !group.Contains('.', StringComparison.Ordinal)) causes.Invalid("spec.group", group, "should be a domain with at least one dot");
        PodRules.OneOf(definition.Map("spec") ?? [], "scope", "spec", causes, "Cluster", "Namespaced");
        var versions = Versions(definition).ToList();
        if (versions.Count == 0) causes.Required("spec.versions");
        else if (versions.Count(version => version.Flag("storage") == true) != 1)
            causes.Invalid("spec.versions", definition.At("spec", "versions"), "must have exactly one version marked as storage version");
        if (definition.Text("spec", "conversion", "strategy") is { } strategy and not "None")
            causes.NotSupported("spec.conversion.strategy", $"\"{strategy}\"", ["None"]);
        for (var i = 0; i < versions.Count; i++)
        {
            var at = versions.Count == 1 ? "spec.validation.openAPIV3Schema" : $"spec.versions[{i}].schema.openAPIV3Schema";
            if (versions[i].Map("schema", "openAPIV3Schema") is { } schema) Structural(schema, at, causes);
            else causes.Required($"spec.versions[{i}].schema.openAPIV3Schema", "schemas are required");
        }
    }

    /// <summary>What objects are kept under cannot change below them.</summary>
    private static void Same(JsonObject definition, JsonObject old, Causes causes)
    {
        var established = DefinitionNames.IsEstablished(old);
        foreach (var path in (ReadOnlySpan<string[]>)[["spec", "group"], ["spec", "scope"], ["spec", "names", "plural"], ["spec", "names", "kind"]])
        {
            // As long as nothing can be kept, what it would be kept as may be put right.
            if (!established && path[^1] is ("scope" or "kind")) continue;
            if (definition.Text(path) is var value && value != old.Text(path)) causes.Invalid(string.Join('.', path), value, "field is immutable");
        }
    }

    private static IEnumerable<JsonObject> Versions(JsonObject definition) => (definition.Items("spec", "versions") ?? []).OfType<JsonObject>();

    private static void Structural(JsonObject schema, string at, Causes causes)
    {
        var untyped = schema.Flag("x-kubernetes-int-or-string") == true || schema.Flag("x-kubernetes-preserve-unknown-fields") == true;
        if (schema.Text("type") is not { Length: > 0 } && !untyped)
        {
            var what = at.EndsWith("openAPIV3Schema", StringComparison.Ordinal) ? "must not be empty at the root"
                : at.EndsWith(".items", StringComparison.Ordinal) ? "must not be empty for specified array items" : "must not be empty for specified object fields";
            causes.Required($"{at}.type", what);
        }
        if (schema.Text("pattern") is { } pattern && !IsRegex(pattern)) causes.Invalid($"{at}.pattern", pattern, "must be a valid regular expression");
        foreach (var (name, field) in schema.Map("properties") ?? [])
        {
            if (field is JsonObject inner && !(at.EndsWith("openAPIV3Schema", StringComparison.Ordinal) && name == "metadata")) Structural(inner, $"{at}.properties[{name}]", causes);
        }
        if (schema.Map("items") is { } items) Structural(items, $"{at}.items", causes);
        if (schema.Map("additionalProperties") is { } values) Structural(values, $"{at}.additionalProperties", causes);
    }

    private static bool IsRegex(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

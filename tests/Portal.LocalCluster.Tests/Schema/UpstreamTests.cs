using System.Text.Json.Nodes;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Definitions;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Schema;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Schema;

/// <summary>What our schemas accept, those they stand for accept too.</summary>
public class UpstreamTests
{
    public static TheoryData<string> Definitions => [.. CustomResources.Embedded().Select(definition => definition.Name())];

    [Theory]
    [MemberData(nameof(Definitions))]
    public void Definition_OfOurs_AllowsNothingThatUpstreamForbids(string name)
    {
        var ours = CustomResources.Embedded().Single(definition => definition.Name() == name);
        var plural = ours.Text("spec", "names", "plural")!;
        var upstream = YamlText.ParseAll(File.ReadAllText(SharedFolder.Path("crds", ours.Text("spec", "group")!, plural + ".yaml"))).Single();
        Assert.True(JsonNode.DeepEquals(ours.At("spec", "scope"), upstream.At("spec", "scope")));
        Assert.Equal(upstream.Text("spec", "names", "kind"), ours.Text("spec", "names", "kind"));
        foreach (var version in ours.Items("spec", "versions")!.OfType<JsonObject>())
        {
            var other = upstream.Items("spec", "versions")!.OfType<JsonObject>().Single(candidate => candidate.Text("name") == version.Text("name"));
            Assert.Equal(other.Map("subresources", "status") is not null, version.Map("subresources", "status") is not null);
            List<string> wider = [];
            Narrower(StructuralSchema.Of(version.Map("schema", "openAPIV3Schema")!), StructuralSchema.Of(other.Map("schema", "openAPIV3Schema")!), "", wider);
            Assert.Empty(wider);
        }
    }

    [Fact]
    public void Kinds_OfOurs_HaveOnlyFieldsOfTheOpenApi()
    {
        var upstream = (JsonObject)JsonNode.Parse(File.ReadAllText(SharedFolder.Path("openapi", "kubernetes-1.36.0.json")))!["definitions"]!;
        List<string> strange = [];
        foreach (var (key, schema) in KindText.Kinds)
        {
            var version = BuiltinResources.List.FirstOrDefault(type => type.Group == key.Group && type.Kind == key.Kind)?.Version ?? "v1";
            var name = upstream.Select(pair => pair.Key).FirstOrDefault(candidate => candidate.EndsWith($".{version}.{key.Kind}", StringComparison.Ordinal)
                && ((JsonObject)upstream[candidate]!).Items("x-kubernetes-group-version-kind")?.OfType<JsonObject>().Any(kind => (kind.Text("group") ?? "") == key.Group) == true);
            if (name is null) continue;
            Contained(schema, upstream, (JsonObject)upstream[name]!, key.Kind, strange, []);
        }
        Assert.Empty(strange);
    }

    private static void Narrower(FieldSchema ours, FieldSchema theirs, string path, List<string> wider)
    {
        if (path.EndsWith(".template", StringComparison.Ordinal)) return; // of a pod template ours looks at the frame only
        if (ours.Type != theirs.Type) wider.Add($"{path}: {ours.Type}, not {theirs.Type}");
        if (ours.Merge != theirs.Merge) wider.Add($"{path}: merged {ours.Merge}, not {theirs.Merge}");
        foreach (var required in theirs.Required.Except(ours.Required)) wider.Add($"{path}.{required}: must be required");
        foreach (var value in (theirs.Enum is null ? [] : ours.Enum ?? ["anything"]).Except(theirs.Enum ?? [])) wider.Add($"{path}: {value}");
        if (theirs.Pattern is not null && ours.Pattern?.ToString() != theirs.Pattern.ToString() && ours.Bounds?.MaxLength is null) wider.Add($"{path}: without the pattern {theirs.Pattern}");
        if (theirs.Bounds is { } bounds)
        {
            if (bounds.Maximum < (ours.Bounds?.Maximum ?? decimal.MaxValue)) wider.Add($"{path}: above {bounds.Maximum}");
            if (bounds.Minimum > (ours.Bounds?.Minimum ?? decimal.MinValue)) wider.Add($"{path}: below {bounds.Minimum}");
            if (bounds.MaxLength < (ours.Bounds?.MaxLength ?? (ours.Enum is null ? long.MaxValue : 0))) wider.Add($"{path}: longer than {bounds.MaxLength}");
            if (bounds.MinLength > (ours.Bounds?.MinLength ?? 0) && ours.Enum is null) wider.Add($"{path}: shorter than {bounds.MinLength}");
            if (bounds.MaxItems < (ours.Bounds?.MaxItems ?? long.MaxValue)) wider.Add($"{path}: more than {bounds.MaxItems}");
            if (bounds.MinItems > (ours.Bounds?.MinItems ?? 0)) wider.Add($"{path}: fewer than {bounds.MinItems}");
            if (bounds.MaxProperties < (ours.Bounds?.MaxProperties ?? long.MaxValue)) wider.Add($"{path}: more than {bounds.MaxProperties} keys");
        }
        if (ours.Items is not null && theirs.Items is not null) Narrower(ours.Items, theirs.Items, path + "[]", wider);
        foreach (var (field, schema) in ours.Fields)
        {
            if (theirs.Fields.TryGetValue(field, out var other)) Narrower(schema, other, $"{path}.{field}", wider);
            else wider.Add($"{path}.{field}: unknown upstream");
        }
    }

    private static void Contained(FieldSchema ours, JsonObject all, JsonObject theirs, string path, List<string> strange, HashSet<FieldSchema> seen)
    {
        if (!seen.Add(ours)) return;
        foreach (var (field, schema) in ours.Fields)
        {
            if (field is "apiVersion" or "kind") continue;
            if (theirs.Map("properties", field) is not { } other)
            {
                strange.Add($"{path}.{field}");
                continue;
            }
            Nested(schema, all, other, $"{path}.{field}", strange, seen);
        }
    }

    private static void Nested(FieldSchema ours, JsonObject all, JsonObject theirs, string path, List<string> strange, HashSet<FieldSchema> seen)
    {
        if (theirs.Text("$ref") is { } reference) theirs = (JsonObject)all[reference["#/definitions/".Length..]]!;
        if (ours.Items is { } items && (theirs.Map("items") ?? theirs.Map("additionalProperties")) is { } inner) Nested(items, all, inner, path + "[]", strange, seen);
        else if (ours.Fields.Count > 0) Contained(ours, all, theirs, path, strange, seen);
        else if (ours.Type == FieldType.Text && theirs.Text("type") is { } type and not "string") strange.Add($"{path}: text, not {type}");
    }
}

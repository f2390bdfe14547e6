using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Schema;

/// <summary>Holds an object against the schema of its kind: decoding first (400), then its values (422).</summary>
internal static class SchemaCheck
{
    /// <summary>
    /// Takes away fields that the schema does not know, with a warning or, when strict, a refusal; a value of another
    /// type is refused here for a built-in kind. Fills the defaults of the schema.
    /// </summary>
    public static void Decode(ResourceType type, JsonObject tree, WriteOptions options)
    {
        var decoder = new Decoder(type.Custom);
        decoder.Object(type.Schema, tree, "", type.Schema.PreserveUnknown);
        if (decoder.Mismatch is { } wrong && options.Patch) throw Refusals.UnreadablePatch(tree, wrong);
        if (decoder.Mismatch is { } mismatch)
            throw Refusals.BadRequest($"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: {mismatch}");
        if (decoder.Unknown.Count == 0 || options.Validation == FieldValidation.Ignore) return;
        var unknown = decoder.Unknown.Select(path => $"unknown field \"{path}\"").ToList();
        if (options.Validation == FieldValidation.Strict)
        {
            throw Refusals.BadRequest(
                $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: strict decoding error: {string.Join(", ", unknown)}");
        }
        options.Warnings.AddRange(unknown);
    }

    /// <summary>For server-side apply, which refuses in its own way a field without a schema and elements that it cannot tell apart.</summary>
    public static void Declared(ResourceType type, JsonObject applied)
    {
        var decoder = new Decoder(type.Custom);
        var copy = (JsonObject)applied.DeepClone();
        decoder.Object(type.Schema, copy, "", type.Schema.PreserveUnknown);
        List<string> problems = decoder.Unknown.Count > 0 ? [$".{decoder.Unknown[0]}: field not declared in schema"]
            : decoder.Mismatch is { } mismatch ? [mismatch] : [.. Ownership.AppliedLists.Problems(type.Schema, applied)];
        if (problems.Count == 0) return;
        var wrong = problems.Count == 1 ? problems[0] : "errors:\n  " + string.Join("\n  ", problems);
        var kind = $"{type.Group}/{type.Version}, Kind={type.Kind}";
        throw new ApiException(500, reason: null, $"failed to create typed patch object ({applied.Namespace()}/{applied.Name()}; {kind}): {wrong}");
    }

    public static void Validate(ResourceType type, JsonObject tree, JsonObject? old, Causes causes)
    {
        var before = causes.Any;
        var values = new ValueCheck(causes, type.Custom);
        foreach (var required in type.Schema.Required)
        {
            if (tree[required] is null) causes.Required(required);
        }
        foreach (var (key, value) in tree)
        {
            if (key is "apiVersion" or "kind" or "metadata") continue;
            if (key == "status" && !type.Custom) continue;
            if (type.Schema.Fields.TryGetValue(key, out var field)) values.Check(field, value, type.Custom ? old?[key] : null, key);
        }
        if (!type.Custom || before || !type.Schema.ContainsRules) return;
        if (!causes.Any)
        {
            RuleCheck.Check(type.Schema, tree, old, "", causes);
            return;
        }
        causes.Invalid("<nil>", value: null,
            "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation");
    }
}

using System.Text.Json.Nodes;
using Portal.LocalCluster.Cel;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Schema;

/// <summary>A rule of <c>x-kubernetes-validations</c>.</summary>
public sealed record ValidationRule(CelExpression Rule, string Message, CelExpression? MessageExpression, string Reason, string FieldPath)
{
    /// <summary>Speaks of the value before: asked only where there was one.</summary>
    public bool IsTransition { get; } = Rule.Source.Contains("oldSelf", StringComparison.Ordinal);

    /// <summary>Null where the rule uses what this server does not know of the language: it is then not checked.</summary>
    public static ValidationRule? From(JsonObject rule)
    {
        try
        {
            var message = rule.Text("messageExpression") is { Length: > 0 } expression ? CelExpression.Parse(expression) : null;
            return new ValidationRule(
                CelExpression.Parse(rule.Text("rule") ?? ""), rule.Text("message") ?? $"failed rule: {rule.Text("rule")}", message,
                rule.Text("reason") ?? "FieldValueInvalid", rule.Text("fieldPath") ?? "");
        }
        catch (CelException)
        {
            return null;
        }
    }
}

/// <summary>Holds a valid object against the rules of its schema, each where it stands, with the value before beside it.</summary>
internal static class RuleCheck
{
    /// <param name="same">The value is within one that has not changed.</param>
    public static void Check(FieldSchema schema, JsonNode? value, JsonNode? old, string path, Causes causes, bool same = false)
    {
        if (!schema.ContainsRules || value is null) return;
        // A rule that came later is held against a value only where that changes; a rule about changes always.
        same = same || (old is not null && JsonNode.DeepEquals(value, old));
        foreach (var rule in schema.Rules.Where(rule => rule.IsTransition || !same)) Apply(rule, value, old, path, causes);
        switch (value)
        {
            case JsonObject map:
                foreach (var (key, inner) in map)
                {
                    var field = schema.Fields.GetValueOrDefault(key) ?? schema.Items;
                    if (field is null || (path.Length == 0 && key == "metadata")) continue;
                    Check(field, inner, (old as JsonObject)?[key], path.Length == 0 ? key : schema.Fields.ContainsKey(key) ? $"{path}.{key}" : $"{path}[{key}]", causes, same);
                }
                break;
            case JsonArray list when schema.Items is { } items:
                for (var i = 0; i < list.Count; i++) Check(items, list[i], Before(schema, list[i], old as JsonArray), $"{path}[{i}]", causes, same);
                break;
        }
    }

    /// <summary>The element before, where the list's keys say which that is.</summary>
    public static JsonNode? Before(FieldSchema list, JsonNode? element, JsonArray? old) =>
        list.Merge == ListMerge.ByKey && Ownership.FieldWalk.ElementStep(list, element) is { } key ? old?.FirstOrDefault(one => Ownership.FieldWalk.ElementStep(list, one) == key) : null;

    private static void Apply(ValidationRule rule, JsonNode value, JsonNode? old, string path, Causes causes)
    {
        if (rule.IsTransition && old is null) return;
        Dictionary<string, Func<object?>> names = new(StringComparer.Ordinal) { ["self"] = () => value, ["oldSelf"] = () => old };
        try
        {
            if (rule.Rule.IsTrue(names)) return;
            var message = rule.MessageExpression?.Line(names) ?? rule.Message;
            causes.Add(rule.Reason, $"{Word(rule.Reason)}: {message}", path.Length == 0 ? rule.FieldPath.TrimStart('.') : path + rule.FieldPath);
        }
        catch (CelException failure) when (!failure.Unsupported)
        {
            causes.Add("FieldValueInvalid", $"Invalid value: rule evaluation error: {failure.Message}", path);
        }
        catch (CelException)
        {
            // A function this server does not know: the rule is left to a real cluster.
        }
    }

    private static string Word(string reason) => reason switch
    {
        "FieldValueForbidden" => "Forbidden",
        "FieldValueRequired" => "Required value",
        "FieldValueDuplicate" => "Duplicate value",
        _ => "Invalid value",
    };
}

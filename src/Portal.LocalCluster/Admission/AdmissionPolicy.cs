using System.Text.Json.Nodes;
using Portal.LocalCluster.Cel;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Admission;

/// <summary>A stored ValidatingAdmissionPolicy with its expressions read.</summary>
internal sealed record AdmissionPolicy(
    string Name, bool FailsClosed, JsonObject Constraints, IReadOnlyList<CelExpression> Conditions, IReadOnlyList<(string Name, CelExpression Expression)> Variables,
    IReadOnlyList<AdmissionValidation> Validations, JsonObject? ParamKind)
{
    public static AdmissionPolicy From(JsonObject policy)
    {
        IEnumerable<JsonObject> Each(string list) => (policy.Items("spec", list) ?? []).OfType<JsonObject>();
        return new AdmissionPolicy(
            policy.Name(), policy.Text("spec", "failurePolicy") != "Ignore", policy.Map("spec", "matchConstraints") ?? [],
            [.. Each("matchConditions").Select(condition => CelExpression.Parse(condition.Text("expression") ?? ""))],
            [.. Each("variables").Select(variable => (variable.Text("name") ?? "", CelExpression.Parse(variable.Text("expression") ?? "")))],
            [.. Each("validations").Select(AdmissionValidation.From)], policy.Map("spec", "paramKind"));
    }

    /// <summary>Every expression with the field it stands in, for the check when a policy is written.</summary>
    public static IEnumerable<(string Field, string Expression)> Expressions(JsonObject policy)
    {
        List<(string, string)> found = [];
        foreach (var (list, field) in (ReadOnlySpan<(string, string)>)[("matchConditions", "expression"), ("variables", "expression"), ("validations", "expression"), ("validations", "messageExpression")])
        {
            var index = -1;
            foreach (var item in (policy.Items("spec", list) ?? []).OfType<JsonObject>())
            {
                index++;
                if (item.Text(field) is { } text) found.Add(($"spec.{list}[{index}].{field}", text));
            }
        }
        return found;
    }
}

internal sealed record AdmissionValidation(CelExpression Expression, string Message, CelExpression? MessageExpression, string Reason)
{
    public static AdmissionValidation From(JsonObject validation) => new(
        CelExpression.Parse(validation.Text("expression") ?? ""), validation.Text("message") ?? $"failed expression: {validation.Text("expression")?.Trim()}",
        validation.Text("messageExpression") is { Length: > 0 } text ? CelExpression.Parse(text) : null, validation.Text("reason") ?? "Invalid");
}

using System.Globalization;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Scheduling;

/// <summary>Label requirements as written in selectors and node affinity.</summary>
internal static class LabelMatch
{
    /// <summary>A LabelSelector: matchLabels and matchExpressions, all of which must hold. An empty one matches everything.</summary>
    public static bool Selector(JsonObject selector, IReadOnlyDictionary<string, string> labels) =>
        selector.Pairs("matchLabels").All(pair => labels.GetValueOrDefault(pair.Key) == pair.Value)
        && selector.Each("matchExpressions").All(requirement => Requirement(requirement, labels));

    public static bool Requirement(JsonObject requirement, IReadOnlyDictionary<string, string> labels)
    {
        string? value = labels.GetValueOrDefault(requirement.Text("key") ?? "");
        string[] values = [.. requirement.Texts("values")];
        return requirement.Text("operator") switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "Gt" => Compare(value, values) > 0,
            "Lt" => Compare(value, values) < 0,
            _ => false,
        };
    }

    public static IReadOnlyDictionary<string, string> Labels(JsonObject body) =>
        body.Pairs("metadata", "labels").ToDictionary(StringComparer.Ordinal);

    private static int Compare(string? value, string[] values) =>
        values.Length == 1
        && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long left)
        && long.TryParse(values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long right)
            ? left.CompareTo(right)
            : 0;
}

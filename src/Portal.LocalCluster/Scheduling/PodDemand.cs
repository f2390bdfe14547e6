using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Scheduling;

/// <summary>What a pod asks of a node.</summary>
public sealed record PodDemand(
    ResourceAmounts Requests,
    IReadOnlyList<KeyValuePair<string, string>> NodeSelector,
    IReadOnlyList<JsonObject> RequiredTerms,
    IReadOnlyList<JsonObject> Tolerations)
{
    public static PodDemand From(JsonObject podSpec) => new(
        ResourceAmounts.OfPod(podSpec),
        [.. podSpec.Pairs("nodeSelector")],
        [.. podSpec.Each("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")],
        [.. podSpec.Each("tolerations")]);

    /// <summary>nodeSelector and, where terms of required node affinity are given, at least one of them.</summary>
    public bool Selects(string nodeName, IReadOnlyDictionary<string, string> labels) =>
        NodeSelector.All(pair => labels.GetValueOrDefault(pair.Key) == pair.Value)
        && (RequiredTerms.Count == 0 || RequiredTerms.Any(term => Holds(term, nodeName, labels)));

    private static bool Holds(JsonObject term, string nodeName, IReadOnlyDictionary<string, string> labels)
    {
        JsonObject[] expressions = [.. term.Each("matchExpressions")];
        JsonObject[] fields = [.. term.Each("matchFields")];
        if (expressions.Length + fields.Length == 0) return false;
        Dictionary<string, string> named = new(StringComparer.Ordinal) { ["metadata.name"] = nodeName };
        return expressions.All(requirement => LabelMatch.Requirement(requirement, labels))
            && fields.All(requirement => LabelMatch.Requirement(requirement, named));
    }
}

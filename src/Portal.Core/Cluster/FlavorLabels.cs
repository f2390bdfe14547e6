using System.Text.Json.Nodes;

namespace Portal.Core.Cluster;

/// <summary>Which flavors a pod may use by what it asks of its node. As Kueue decides it; pure.</summary>
internal static class FlavorLabels
{
    /// <summary>The labels that any of the flavors names.</summary>
    public static HashSet<string> Named(IEnumerable<JsonObject> flavors) =>
        flavors.SelectMany(f => f.At("spec", "nodeLabels") as JsonObject ?? []).Select(l => l.Key).ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// True when a flavor has every label that the pod asks for and that any flavor beside it names. Labels that none of them names
    /// are left to the nodes.
    /// </summary>
    /// <param name="own">The flavor's own labels.</param>
    /// <param name="named">Those of all flavors that are offered together.</param>
    public static bool Match(JsonNode? podSpec, Func<string, string?> own, IReadOnlySet<string> named) =>
        (podSpec.At("nodeSelector") as JsonObject ?? []).All(l => !named.Contains(l.Key) || own(l.Key) == l.Value?.ToString());
}

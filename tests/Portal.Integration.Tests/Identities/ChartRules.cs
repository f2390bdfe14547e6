using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Clusters;

namespace Portal.Integration.Tests.Identities;

/// <summary>Reads the rules of a ClusterRole.</summary>
internal static class ChartRules
{
    /// <summary>Each right by itself.</summary>
    public static IEnumerable<ClusterRight> Of(JsonObject role) =>
        from rule in role.Items("rules")
        from verb in rule.Items("verbs")
        from theGroup in rule.Items("apiGroups")
        from resource in rule.Items("resources")
        from name in rule.Items("resourceNames").Select(n => n.ToString()).DefaultIfEmpty("")
        let parts = resource.ToString().Split('/', 2)
        select new ClusterRight(verb.ToString(), theGroup.ToString(), parts[0], parts.Length > 1 ? parts[1] : "") { Name = name };
}

using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Access;

/// <summary>ClusterRoles with an aggregationRule hold the rules of all whose labels it selects.</summary>
internal sealed class RoleAggregation(IObjects objects, TimeProvider time, ILogger<RoleAggregation> log) : ControlLoop(objects, time, log)
{
    private const string Roles = "clusterroles.rbac.authorization.k8s.io";

    public override string Name => "clusterrole-aggregation";

    protected override IEnumerable<Source> Sources => [new(Roles, _ => ["pass"])];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        var roles = Objects.List(Roles);
        foreach (var role in roles.Where(role => role.Map("aggregationRule") is not null)) Aggregate(role, roles);
        return Task.FromResult<TimeSpan?>(null);
    }

    /// <summary>Replaces the role's rules; the rules it had are kept where they are the same.</summary>
    public static void Collect(JsonObject role, IEnumerable<JsonObject> roles)
    {
        List<LabelSelector> selectors = [.. role.Each("aggregationRule", "clusterRoleSelectors").Select(LabelSelector.From).OfType<LabelSelector>()];
        var rules = roles.Where(other => other.Name() != role.Name() && selectors.Exists(selector => selector.Matches(other)))
            .OrderBy(other => other.Name(), StringComparer.Ordinal)
            .SelectMany(other => other.Each("rules"))
            .DistinctBy(rule => rule.ToJsonString(), StringComparer.Ordinal);
        role["rules"] = new JsonArray([.. rules.Select(rule => rule.DeepClone())]);
    }

    private void Aggregate(JsonObject role, IReadOnlyList<JsonObject> roles)
    {
        var next = role.Copy();
        Collect(next, roles);
        if (!JsonNode.DeepEquals(role["rules"], next["rules"])) TryWrite(() => Objects.Update(next));
    }
}

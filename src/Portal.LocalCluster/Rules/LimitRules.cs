using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Rules;

/// <summary>ResourceQuotas and LimitRanges, and which resources have names that can be counted.</summary>
internal static class LimitRules
{
    private static readonly HashSet<string> Computed = new(StringComparer.Ordinal) { "cpu", "memory", "ephemeral-storage" };

    private static readonly HashSet<string> Counted = new(StringComparer.Ordinal)
    {
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory",
        "limits.ephemeral-storage", "pods", "services", "services.nodeports", "services.loadbalancers", "replicationcontrollers", "resourcequotas", "secrets",
        "configmaps", "persistentvolumeclaims", "storage", "requests.storage",
    };

    public static void Quota(JsonObject quota, JsonObject? old, Causes causes)
    {
        foreach (var (resource, _) in quota.Map("spec", "hard") ?? [])
        {
            if (resource.Contains('/', StringComparison.Ordinal) || Counted.Contains(resource) || IsPaged(resource)) continue;
            causes.Invalid($"spec.hard[{resource}]", resource, "must be a standard resource type or fully qualified");
            causes.Invalid($"spec.hard[{resource}]", resource, "must be a standard resource for quota");
        }
        Amounts(quota.Map("spec", "hard"), "spec.hard", causes);
        if (old is not null && !JsonNode.DeepEquals(old.At("spec", "scopes"), quota.At("spec", "scopes"))) causes.Invalid("spec.scopes", quota.At("spec", "scopes"), "field is immutable");
    }

    /// <summary>What containers may ask for.</summary>
    public static void Container(string resource, string at, Causes causes)
    {
        if (resource.Contains('/', StringComparison.Ordinal) || Computed.Contains(resource) || IsPaged(resource)) return;
        causes.Invalid(at, resource, "must be a standard resource type or fully qualified");
        causes.Invalid(at, resource, "must be a standard resource for containers");
    }

    public static void Range(JsonObject range, Causes causes)
    {
        var limits = range.Items("spec", "limits") ?? [];
        for (var i = 0; i < limits.Count; i++)
        {
            if (limits[i] is not JsonObject limit) continue;
            var at = $"spec.limits[{i}]";
            foreach (var list in (ReadOnlySpan<string>)["max", "min", "default", "defaultRequest"]) Amounts(limit.Map(list), $"{at}.{list}", causes);
            Ordered(limit, "min", "min value", "max", "max value", at, causes);
            if (limit.Text("type") == "Pod")
            {
                foreach (var list in (ReadOnlySpan<string>)["default", "defaultRequest"])
                {
                    if (limit.ContainsKey(list)) causes.Forbidden($"{at}.{list}", "may not be specified when `type` is 'Pod'");
                }
                continue;
            }
            Ordered(limit, "min", "min value", "defaultRequest", "default request value", at, causes);
            Ordered(limit, "defaultRequest", "default request value", "max", "max value", at, causes);
            Ordered(limit, "defaultRequest", "default request value", "default", "default limit value", at, causes);
            Ordered(limit, "min", "min value", "default", "default value", at, causes);
            Ordered(limit, "default", "default value", "max", "max value", at, causes);
        }
    }

    private static void Ordered(JsonObject limit, string low, string lowName, string high, string highName, string at, Causes causes)
    {
        foreach (var (resource, value) in limit.Map(low) ?? [])
        {
            if (Quantity.TryParse(value.AsText(), out var least) && Quantity.TryParse(limit.Text(high, resource), out var most) && least > most)
                causes.Invalid($"{at}.{low}[{resource}]", value, $"{lowName} {least} is greater than {highName} {most}");
        }
    }

    private static bool IsPaged(string resource) =>
        resource.StartsWith("hugepages-", StringComparison.Ordinal) || resource.StartsWith("requests.hugepages-", StringComparison.Ordinal) || resource.StartsWith("limits.hugepages-", StringComparison.Ordinal);

    private static void Amounts(JsonObject? amounts, string path, Causes causes)
    {
        foreach (var (resource, value) in amounts ?? [])
        {
            if (Quantity.TryParse(value.AsText(), out var amount) && amount.Value < 0) causes.Invalid($"{path}[{resource}]", value, "must be greater than or equal to 0");
        }
    }
}

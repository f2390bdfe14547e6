using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Admission;

/// <summary>
/// ResourceQuotas. Called under the store's gate with the write itself, so that of two creates that fit only one at a
/// time only one is let in.
/// </summary>
internal sealed class QuotaAdmission(QuotaUsage usage) : IAdmission
{
    public void Check(AdmissionRequest request)
    {
        if (!request.Type.Namespaced || (request.Old is not null && request.Type.GroupResource != "persistentvolumeclaims")) return;
        foreach (var quota in usage.Quotas(request.Namespace)) Check(request, quota);
    }

    private void Check(AdmissionRequest request, JsonObject quota)
    {
        var hard = quota.Map("spec", "hard") ?? [];
        var asked = Asked(request, quota, hard);
        if (asked.Count == 0) return;
        if (request.Type.GroupResource == "pods")
        {
            var unsaid = QuotaUsage.Unsaid(request.Object, hard.Select(pair => pair.Key)).Select(pair => $"{pair.Resource} for: {pair.Containers}").ToList();
            if (unsaid.Count > 0) throw Refusals.Forbidden(request.Type, request.Name, $"failed quota: {quota.Name()}: must specify {string.Join("; ", unsaid)}");
        }
        var used = usage.Used(quota, request.Namespace);
        var over = asked.Where(pair => used[pair.Key] + pair.Value > Quantity.Parse(hard[pair.Key].AsText() ?? "0")).Select(pair => pair.Key).ToList();
        if (over.Count == 0) return;
        string Shown(Func<string, string> amount) => string.Join(',', over.Select(resource => $"{resource}={amount(resource)}"));
        throw Refusals.Forbidden(
            request.Type, request.Name,
            $"exceeded quota: {quota.Name()}, requested: {Shown(resource => asked[resource].ToString())}, used: {Shown(resource => used[resource].ToString())}, "
            + $"limited: {Shown(resource => Quantity.Parse(hard[resource].AsText() ?? "0").ToString())}");
    }

    private static SortedDictionary<string, Quantity> Asked(AdmissionRequest request, JsonObject quota, JsonObject hard)
    {
        var asked = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var (resource, amount) in QuotaUsage.Of(request.Type, request.Object, quota))
        {
            if (hard.ContainsKey(resource)) asked[resource] = amount;
        }
        if (request.Old is null) return asked;
        foreach (var (resource, amount) in QuotaUsage.Of(request.Type, request.Old, quota))
        {
            if (asked.TryGetValue(resource, out var now)) asked[resource] = now - amount;
        }
        foreach (var resource in asked.Where(pair => pair.Value.Value <= 0).Select(pair => pair.Key).ToList()) asked.Remove(resource);
        return asked;
    }
}

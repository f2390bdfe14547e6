using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>pods/eviction: a deletion that asks the disruption budgets first.</summary>
internal sealed class EvictionRequests(ObjectRegistry registry, TimeProvider clock)
{
    public async Task Evict(ApiRequest request)
    {
        var body = await RequestBody.ReadObject(request, "Eviction", "policy/v1");
        var pod = registry.Get(request.Type, request.Namespace, request.Name!).Read();
        foreach (var budget in registry.Store.Shelf(registry.Catalog.Stored("poddisruptionbudgets.policy")!).Objects(request.Namespace).Select(stored => stored.Read()))
        {
            if (LabelSelector.From(budget.Map("spec", "selector")) is not { } selector || !selector.Matches(pod)) continue;
            if (budget.Whole("status", "disruptionsAllowed") is null or > 0) continue;
            var (desired, healthy) = (budget.Whole("status", "desiredHealthy") ?? 0, budget.Whole("status", "currentHealthy") ?? 0);
            throw new ApiException(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", new JsonObject
            {
                ["causes"] = new JsonArray(new JsonObject
                {
                    ["reason"] = "DisruptionBudget",
                    ["message"] = $"The disruption budget {budget.Name()} needs {desired} healthy pods and has {healthy} currently",
                }),
            });
        }
        registry.Change(request.Type, request.Namespace, request.Name!, new WriteOptions("local-cluster") { Subresource = "status" }, tree =>
        {
            PodConditions.Set(tree, "DisruptionTarget", true, "EvictionByEvictionAPI", "Eviction API: evicting", clock.GetUtcNow());
            return tree;
        });
        registry.Delete(request.Type, request.Namespace, request.Name!, new DeleteOptions(body.Whole("deleteOptions", "gracePeriodSeconds")) { Caller = request.Caller });
        await Answers.Json(request.Context, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 }, 201);
    }
}

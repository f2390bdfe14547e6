using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>pods/eviction: a deletion that asks the disruption budgets first, and counts in them until its pod is gone.</summary>
internal sealed class EvictionRequests(ObjectRegistry registry, TimeProvider clock)
{
    private static readonly WriteOptions Options = new("local-cluster") { Subresource = "status" };

    public async Task Evict(ApiRequest request)
    {
        var body = await RequestBody.ReadObject(request, "Eviction", "policy/v1");
        var options = new DeleteOptions(
            body.Whole("deleteOptions", "gracePeriodSeconds"),
            body.Text("deleteOptions", "propagationPolicy") ?? "Background",
            body.Text("deleteOptions", "preconditions", "uid"),
            body.Text("deleteOptions", "preconditions", "resourceVersion"),
            request.WriteOptions("CreateOptions").DryRun || body.Items("deleteOptions", "dryRun") is { Count: > 0 })
        { Caller = request.Caller };
        // One step, so that of two evictions that a budget allows one at a time only one is let through.
        lock (registry.Store.Gate) Evict(request, options);
        await Answers.Json(request.Context, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 }, 201);
    }

    private void Evict(ApiRequest request, DeleteOptions options)
    {
        var stored = registry.Get(request.Type, request.Namespace, request.Name!);
        Deletion.CheckPreconditions(request.Type, stored, options);
        var pod = stored.Read();
        // What does not run is missed by no budget.
        if (!pod.IsDeleting() && pod.Text("status", "phase") is not ("Succeeded" or "Failed" or "Pending")) Ask(pod, options.DryRun);
        if (!options.DryRun)
        {
            registry.Change(request.Type, request.Namespace, request.Name!, Options, tree =>
            {
                PodConditions.Set(tree, "DisruptionTarget", true, "EvictionByEvictionAPI", "Eviction API: evicting", clock.GetUtcNow());
                return tree;
            });
        }
        registry.Delete(request.Type, request.Namespace, request.Name!, options with { ResourceVersion = null });
    }

    private void Ask(JsonObject pod, bool dryRun)
    {
        var type = registry.Catalog.Stored(DisruptionController.Budgets)!;
        var budgets = registry.Store.Shelf(type).Objects(pod.Namespace()).Select(stored => stored.Read()).Where(budget => LabelSelector.From(budget.Map("spec", "selector"))?.Matches(pod) == true).ToList();
        if (budgets.Count == 0) return;
        if (budgets.Count > 1) throw new ApiException(500, "InternalError", "Internal error occurred: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        var budget = budgets[0];
        if ((budget.Whole("status", "observedGeneration") ?? 0) < (budget.Whole("metadata", "generation") ?? 0))
            throw Refused($"The disruption budget {budget.Name()} is still being processed by the server.");
        var (desired, healthy) = (budget.Whole("status", "desiredHealthy") ?? 0, budget.Whole("status", "currentHealthy") ?? 0);
        // A pod that is not ready takes nothing from those that are.
        if (!PodConditions.IsReady(pod) && (budget.Text("spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow" || (healthy >= desired && desired > 0))) return;
        var allowed = budget.Whole("status", "disruptionsAllowed") ?? 0;
        if (allowed <= 0) throw Refused($"The disruption budget {budget.Name()} needs {desired} healthy pods and has {healthy} currently");
        if (dryRun) return;
        registry.Change(type, budget.Namespace(), budget.Name(), Options, tree =>
        {
            tree.Ensure("status")["disruptionsAllowed"] = allowed - 1;
            tree.Ensure("status", "disruptedPods")[pod.Name()] = ObjectMetadata.Time(clock.GetUtcNow());
            return tree;
        });
    }

    private static ApiException Refused(string why) => new(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", new JsonObject
    {
        ["causes"] = new JsonArray(new JsonObject { ["reason"] = "DisruptionBudget", ["message"] = why }),
    });
}

using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>pods/binding: says, once, on which node a pod runs, as schedulers do.</summary>
internal sealed class BindingRequests(ObjectRegistry registry, TimeProvider clock)
{
    public async Task Bind(ApiRequest request)
    {
        var body = await RequestBody.ReadObject(request, "Binding", "v1");
        var options = request.WriteOptions("CreateOptions");
        if (body.Name() != request.Name) throw Refusals.BadRequest("name in URL does not match name in Binding object");
        Check(body);
        registry.Change(request.Type, request.Namespace, request.Name!, options, pod => Bound(request, pod, body));
        await Answers.Json(request.Context, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 }, 201);
    }

    /// <exception cref="ApiException">500 without a reason, as the real server has it.</exception>
    private static void Check(JsonObject binding)
    {
        var causes = new Causes();
        if (binding.Text("target", "kind") is { Length: > 0 } kind and not "Node") causes.NotSupported("target.kind", $"\"{kind}\"", ["Node", "<empty>"]);
        if (string.IsNullOrEmpty(binding.Text("target", "name"))) causes.Required("target.name");
        if (causes.Any) throw new ApiException(500, reason: null, causes.ToString());
    }

    private JsonObject Bound(ApiRequest request, JsonObject pod, JsonObject binding)
    {
        if (binding.Uid() is { Length: > 0 } uid && uid != pod.Uid()) throw Conflict(request, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {pod.Uid()}");
        if (pod.IsDeleting()) throw Conflict(request, $"pod {request.Name} is being deleted, cannot be assigned to a host");
        if (pod.Text("spec", "nodeName") is { Length: > 0 } node) throw Conflict(request, $"pod {request.Name} is already assigned to node \"{node}\"");
        if (pod.Items("spec", "schedulingGates") is { Count: > 0 }) throw Conflict(request, $"pod {request.Name} has non-empty .spec.schedulingGates");
        pod.Ensure("spec")["nodeName"] = binding.Text("target", "name");
        foreach (var (key, value) in binding.Map("metadata", "annotations") ?? []) pod.Ensure("metadata", "annotations")[key] = value?.DeepClone();
        PodConditions.Set(pod, "PodScheduled", true, reason: null, message: null, clock.GetUtcNow());
        return pod;
    }

    private static ApiException Conflict(ApiRequest request, string why) => new(
        409, "Conflict", $"Operation cannot be fulfilled on pods/binding \"{request.Name}\": {why}", new JsonObject { ["name"] = request.Name, ["kind"] = "pods/binding" });
}

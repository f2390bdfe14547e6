using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>The pods behind a service, in both of the forms clients read.</summary>
internal static class Endpoints
{
    public static JsonObject Legacy(JsonObject service, IReadOnlyCollection<JsonObject> pods)
    {
        JsonArray subsets = [];
        if (pods.Count > 0)
        {
            JsonObject subset = new() { ["ports"] = Ports(service, pods) };
            JsonArray ready = [.. pods.Where(PodConditions.IsReady).Select(Address)];
            JsonArray waiting = [.. pods.Where(pod => !PodConditions.IsReady(pod)).Select(Address)];
            if (ready.Count > 0) subset["addresses"] = ready;
            if (waiting.Count > 0) subset["notReadyAddresses"] = waiting;
            subsets.Add(subset);
        }
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Endpoints",
            ["metadata"] = new JsonObject { ["name"] = service.Name(), ["namespace"] = service.Namespace(), ["ownerReferences"] = new JsonArray(Owners.Reference(service)) },
            ["subsets"] = subsets,
        };
    }

    public static JsonObject Slice(JsonObject service, IReadOnlyCollection<JsonObject> pods) => new()
    {
        ["apiVersion"] = "discovery.k8s.io/v1",
        ["kind"] = "EndpointSlice",
        ["metadata"] = new JsonObject
        {
            ["name"] = service.Name() + "-ipv4",
            ["namespace"] = service.Namespace(),
            ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = service.Name(), ["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io" },
            ["ownerReferences"] = new JsonArray(Owners.Reference(service)),
        },
        ["addressType"] = "IPv4",
        ["ports"] = Ports(service, pods),
        ["endpoints"] = new JsonArray([.. pods.Select(Endpoint)]),
    };

    private static JsonObject Endpoint(JsonObject pod)
    {
        bool ready = PodConditions.IsReady(pod);
        return new JsonObject
        {
            ["addresses"] = new JsonArray(pod.Text("status", "podIP")),
            ["conditions"] = new JsonObject { ["ready"] = ready, ["serving"] = ready, ["terminating"] = false },
            ["nodeName"] = pod.Text("spec", "nodeName"),
            ["targetRef"] = Reference(pod),
        };
    }

    private static JsonNode Address(JsonObject pod) => new JsonObject
    {
        ["ip"] = pod.Text("status", "podIP"),
        ["nodeName"] = pod.Text("spec", "nodeName"),
        ["targetRef"] = Reference(pod),
    };

    private static JsonObject Reference(JsonObject pod) =>
        new() { ["kind"] = "Pod", ["namespace"] = pod.Namespace(), ["name"] = pod.Name(), ["uid"] = pod.Uid() };

    private static JsonArray Ports(JsonObject service, IReadOnlyCollection<JsonObject> pods)
    {
        JsonArray ports = [];
        foreach (JsonObject port in service.Each("spec", "ports"))
        {
            JsonObject entry = new() { ["port"] = Target(port, pods), ["protocol"] = port.Text("protocol") ?? "TCP" };
            if (port.Text("name") is { Length: > 0 } name) entry["name"] = name;
            ports.Add(entry);
        }
        return ports;
    }

    private static long Target(JsonObject port, IReadOnlyCollection<JsonObject> pods)
    {
        if (port.Whole("targetPort") is { } number) return number;
        string? name = port.Text("targetPort");
        long? named = name is null ? null : pods.SelectMany(pod => pod.Each("spec", "containers")).SelectMany(container => container.Each("ports"))
            .FirstOrDefault(candidate => candidate.Text("name") == name)?.Whole("containerPort");
        return named ?? port.Whole("port") ?? 0;
    }
}

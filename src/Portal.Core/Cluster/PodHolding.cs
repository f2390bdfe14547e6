using System.Text.Json.Nodes;

namespace Portal.Core.Cluster;

/// <summary>What a pod that was placed and has not ended holds of its node.</summary>
/// <param name="Requests">By resource: cores, bytes, units.</param>
public readonly record struct PodHolding(string Namespace, string Node, IReadOnlyDictionary<string, decimal> Requests)
{
    /// <summary>Null for a pod that holds nothing: on no node yet, or ended.</summary>
    public static PodHolding? Of(JsonNode pod) =>
        pod.Text("status", "phase") is not ("Succeeded" or "Failed") && pod.Text("spec", "nodeName") is { Length: > 0 } node
            ? new PodHolding(pod.Text("metadata", "namespace") ?? "", node, RequestsOf(pod.At("spec"))) : null;

    /// <summary>What the containers of a pod ask for together; init containers run before them and count only where they ask for more.</summary>
    public static Dictionary<string, decimal> RequestsOf(JsonNode? podSpec)
    {
        var sum = Total(podSpec.Items("containers"));
        foreach (var step in podSpec.Items("initContainers"))
        {
            foreach (var (resource, amount) in Total([step]))
                sum[resource] = Math.Max(sum.GetValueOrDefault(resource), amount);
        }
        return sum;
    }

    private static Dictionary<string, decimal> Total(IEnumerable<JsonNode> containers)
    {
        var sum = new Dictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var resources in containers.Select(c => c.At("resources")))
        {
            var (requests, limits) = (resources.At("requests") as JsonObject ?? [], resources.At("limits") as JsonObject ?? []);
            foreach (var resource in requests.Select(r => r.Key).Union(limits.Select(l => l.Key)))
                sum[resource] = sum.GetValueOrDefault(resource) + (Quantity.Parse((requests[resource] ?? limits[resource])?.ToString()) ?? 0);
        }
        return sum;
    }
}

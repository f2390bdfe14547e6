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

    /// <summary>
    /// What a pod asks for: its containers and sidecars together, and what its runtime adds. Other init containers run before them,
    /// beside the sidecars that stand before them, and count only where that is more.
    /// </summary>
    public static Dictionary<string, decimal> RequestsOf(JsonNode? podSpec)
    {
        var sum = Total(podSpec.Items("containers"));
        var (sidecars, peak) = (new Dictionary<string, decimal>(StringComparer.Ordinal), new Dictionary<string, decimal>(StringComparer.Ordinal));
        foreach (var step in podSpec.Items("initContainers"))
        {
            var isSidecar = step.Text("restartPolicy") == "Always";
            foreach (var (resource, amount) in Total([step]))
            {
                var beside = sidecars.GetValueOrDefault(resource) + amount;
                peak[resource] = Math.Max(peak.GetValueOrDefault(resource), beside);
                if (isSidecar)
                    sidecars[resource] = beside;
            }
        }
        Add(sum, sidecars);
        foreach (var (resource, amount) in peak)
            sum[resource] = Math.Max(sum.GetValueOrDefault(resource), amount);
        Add(sum, (podSpec.At("overhead") as JsonObject ?? []).ToDictionary(o => o.Key, o => Quantity.Parse(o.Value?.ToString()) ?? 0));
        return sum;
    }

    private static void Add(Dictionary<string, decimal> sum, Dictionary<string, decimal> more)
    {
        foreach (var (resource, amount) in more)
            sum[resource] = sum.GetValueOrDefault(resource) + amount;
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

using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Scheduling;

/// <summary>Amounts by resource name, in the resource's own unit: cores, bytes, devices, pods.</summary>
public sealed class ResourceAmounts : Dictionary<string, decimal>
{
    public ResourceAmounts() : base(StringComparer.Ordinal) { }

    public decimal Of(string resource) => TryGetValue(resource, out decimal amount) ? amount : 0;

    public ResourceAmounts Add(ResourceAmounts other, decimal times = 1)
    {
        foreach ((string resource, decimal amount) in other) this[resource] = Of(resource) + (amount * times);
        return this;
    }

    /// <summary>The larger of both, resource by resource.</summary>
    public ResourceAmounts Cover(ResourceAmounts other)
    {
        foreach ((string resource, decimal amount) in other) this[resource] = Math.Max(Of(resource), amount);
        return this;
    }

    /// <summary>Reads a map of quantities, as under <c>requests</c>, <c>capacity</c> or <c>hard</c>.</summary>
    public static ResourceAmounts From(JsonObject? quantities)
    {
        ResourceAmounts amounts = new();
        foreach ((string resource, string text) in quantities?.Pairs() ?? [])
        {
            if (Quantity.TryParse(text, out Quantity quantity)) amounts[resource] = quantity.Value;
        }
        return amounts;
    }

    /// <summary>The amounts as quantities; memory and storage in binary units, as people write them.</summary>
    public JsonObject ToQuantities()
    {
        JsonObject map = [];
        foreach ((string resource, decimal amount) in this.OrderBy(pair => pair.Key, StringComparer.Ordinal)) map[resource] = Text(resource, amount);
        return map;
    }

    public static string Text(string resource, decimal amount) =>
        Measured(resource, amount).ToString();

    public static Quantity Measured(string resource, decimal amount) =>
        new(amount, resource.EndsWith("memory", StringComparison.Ordinal) || resource.EndsWith("storage", StringComparison.Ordinal));

    /// <summary>
    /// What a pod asks of a node: the sum of its containers, or its largest init container where that is more,
    /// plus overhead. A container that states only a limit requests that limit.
    /// </summary>
    public static ResourceAmounts OfPod(JsonObject podSpec) => OfContainers(podSpec, OfContainer).Add(From(podSpec.Map("overhead")));

    /// <summary>What a pod may take at most; overhead comes to what is limited only.</summary>
    public static ResourceAmounts LimitsOfPod(JsonObject podSpec)
    {
        ResourceAmounts limits = OfContainers(podSpec, container => From(container.Map("resources", "limits")));
        foreach ((string resource, decimal amount) in From(podSpec.Map("overhead")))
        {
            if (limits.ContainsKey(resource)) limits[resource] += amount;
        }
        return limits;
    }

    private static ResourceAmounts OfContainers(JsonObject podSpec, Func<JsonObject, ResourceAmounts> of)
    {
        ResourceAmounts total = new();
        foreach (JsonObject container in podSpec.Each("containers")) total.Add(of(container));
        ResourceAmounts sidecars = new();
        ResourceAmounts largest = new();
        foreach (JsonObject container in podSpec.Each("initContainers"))
        {
            ResourceAmounts asked = of(container);
            if (container.Text("restartPolicy") == "Always") sidecars.Add(asked);
            else largest.Cover(asked.Add(sidecars));
        }
        return total.Add(sidecars).Cover(largest);
    }

    private static ResourceAmounts OfContainer(JsonObject container)
    {
        ResourceAmounts asked = From(container.Map("resources", "requests"));
        foreach ((string resource, decimal limit) in From(container.Map("resources", "limits"))) asked.TryAdd(resource, limit);
        return asked;
    }
}

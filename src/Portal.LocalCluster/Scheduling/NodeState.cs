using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Scheduling;

/// <summary>A node as the scheduler sees it: what it offers and what the pods bound to it already ask for.</summary>
public sealed record NodeState(
    string Name,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<JsonObject> Taints,
    bool Unschedulable,
    ResourceAmounts Allocatable,
    ResourceAmounts Used)
{
    public decimal Free(string resource) => Allocatable.Of(resource) - Used.Of(resource);

    /// <summary>Counts a pod that was placed here, so that the next decision of the same pass sees it.</summary>
    public void Take(PodDemand demand)
    {
        Used.Add(demand.Requests);
        Used["pods"] = Used.Of("pods") + 1;
    }

    public static NodeState From(JsonObject node) => new(
        node.Name(),
        LabelMatch.Labels(node),
        [.. node.Each("spec", "taints")],
        node.Is("spec", "unschedulable"),
        ResourceAmounts.From(node.Map("status", "allocatable") ?? node.Map("status", "capacity")),
        new ResourceAmounts());
}

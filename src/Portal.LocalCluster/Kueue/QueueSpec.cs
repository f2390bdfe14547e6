using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>What the spec of a ClusterQueue, LocalQueue or Cohort says, read once for each version of the object.</summary>
/// <param name="Stop">None, Hold or HoldAndDrain.</param>
/// <param name="Deleting">It is being deleted, and takes nothing new.</param>
/// <param name="Above">The cohort of a ClusterQueue, the parent of a Cohort, the ClusterQueue of a LocalQueue; empty for none.</param>
internal sealed record QueueSpec(string Stop, bool Deleting, string Above, IReadOnlyList<ResourceGroup> Groups, IReadOnlyDictionary<FlavorResource, FlavorQuota> Quotas)
{
    public static readonly QueueSpec None = new("None", false, "", [], new Dictionary<FlavorResource, FlavorQuota>());

    public static QueueSpec Of(JsonObject queue) => new(
        queue.Text("spec", "stopPolicy") ?? "None",
        queue.IsDeleting(),
        queue.Text("spec", "cohortName") ?? queue.Text("spec", "parentName") ?? queue.Text("spec", "clusterQueue") ?? "",
        [.. queue.Each("spec", "resourceGroups")
            .Select(group => new ResourceGroup([.. group.Texts("coveredResources")], [.. group.Each("flavors").Select(flavor => flavor.Text("name") ?? "")]))],
        QuotasOf(queue));

    private static Dictionary<FlavorResource, FlavorQuota> QuotasOf(JsonObject queue)
    {
        Dictionary<FlavorResource, FlavorQuota> quotas = [];
        foreach (JsonObject flavor in queue.Each("spec", "resourceGroups").SelectMany(group => group.Each("flavors")))
        {
            foreach (JsonObject resource in flavor.Each("resources"))
            {
                FlavorResource at = new(flavor.Text("name") ?? "", resource.Text("name") ?? "");
                quotas[at] = new FlavorQuota(Amount(resource, "nominalQuota") ?? 0, Amount(resource, "borrowingLimit"), Amount(resource, "lendingLimit"));
            }
        }
        return quotas;
    }

    /// <summary>Quantities may be written as numbers.</summary>
    private static decimal? Amount(JsonObject resource, string field) =>
        resource.Pairs().FirstOrDefault(pair => pair.Key == field) is { Value: { } text } && Quantity.TryParse(text, out Quantity quantity) ? quantity.Value : null;
}

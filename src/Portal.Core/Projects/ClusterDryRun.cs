using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Ownership;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>Asks the clusters of projects what applying their objects would do. Nothing is stored.</summary>
public sealed class ClusterDryRun(IClusters clusters)
{
    /// <summary>What the objects of the plans would become; a cluster that does not answer is <c>cluster.unreachable</c>.</summary>
    /// <param name="objects">The objects of a plan on a cluster that serves what is named.</param>
    public async Task<Result<ChangePlan>> OfAsync(
        IReadOnlyCollection<ProjectPlan> plans,
        Func<ProjectPlan, ClusterCapabilities, IReadOnlyList<(ResourceType Type, JsonObject Manifest)>> objects,
        CancellationToken ct,
        int more = 0)
    {
        var changes = new List<ObjectChange>();
        try
        {
            foreach (var plan in plans)
            {
                var cluster = clusters.Get(plan.Project.ClusterId);
                foreach (var (type, manifest) in objects(plan, await cluster.Client.CapabilitiesAsync(ct)))
                    changes.Add(await cluster.Writer.PreviewAsync(type, manifest, ct));
            }
        }
        catch (ClusterException)
        {
            return new Refusal("cluster.unreachable", RefusalKind.Conflict);
        }
        // Objects of the platform, and of a team, belong to several plans.
        return new ChangePlan([.. changes.DistinctBy(c => (c.Kind, c.Namespace, c.Name))], more);
    }
}

using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Clusters.Questions;
using Portal.Core.Ownership;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>Asks what applying the objects of projects would do. Nothing is stored, and nothing but the reconciler asks the cluster.</summary>
public sealed class ClusterDryRun(IClusters clusters, ClusterQuestions questions)
{
    /// <summary>What the objects of the plans would become, and which are there that the plans do not want; a cluster that does not answer is <c>cluster.unreachable</c>.</summary>
    /// <param name="objects">The objects of a plan on a cluster that serves what is named.</param>
    public async Task<Result<ChangePlan>> OfAsync(
        IReadOnlyCollection<ProjectPlan> plans,
        Func<ProjectPlan, ClusterCapabilities, IReadOnlyList<(ResourceType Type, JsonObject Manifest)>> objects,
        CancellationToken ct,
        int more = 0)
    {
        var changes = new List<ObjectChange>();
        foreach (var onOne in plans.GroupBy(p => p.Project.ClusterId))
        {
            if (await CapabilitiesAsync(onOne.Key, ct) is not { } capabilities)
                return new Refusal("cluster.unreachable", RefusalKind.Conflict);
            // Objects of the platform, and of a team, belong to several plans.
            var asked = onOne.SelectMany(plan => objects(plan, capabilities))
                .DistinctBy(o => (o.Type, o.Manifest.Text("metadata", "namespace"), o.Manifest.Name()));
            var answer = await OfAsync(onOne.Key, asked, ct);
            if (!answer.Succeeded)
                return answer.Refusal;
            changes.AddRange(answer.Value.Objects);
            changes.AddRange(onOne.SelectMany(plan => ProjectObjectSet.Unwanted(plan, capabilities, clusters.Get(onOne.Key).Cache)).Select(ObjectChange.Removed));
        }
        return new ChangePlan([.. changes.DistinctBy(c => (c.Group, c.Kind, c.Namespace, c.Name))], more);
    }

    /// <summary>What objects of one cluster would become: of the kinds that projects are made of, and that carry workloads out.</summary>
    public async Task<Result<ChangePlan>> OfAsync(Guid? clusterId, IEnumerable<(ResourceType Type, JsonObject Manifest)> objects, CancellationToken ct)
    {
        var asked = new ChangesAsked([.. objects.Select(o => new AskedObject(o.Type, o.Manifest))]);
        var answer = await questions.AskAsync<ChangesAsked, ObjectChange[]>(clusterId, ClusterQuestionKind.Changes, asked, ct);
        return answer.Succeeded ? new ChangePlan(ObjectChange.InOrder(answer.Value)) : answer.Refusal;
    }

    private async Task<ClusterCapabilities?> CapabilitiesAsync(Guid? clusterId, CancellationToken ct)
    {
        try
        {
            return await clusters.Get(clusterId).Client.CapabilitiesAsync(ct);
        }
        catch (ClusterException)
        {
            return null;
        }
    }
}

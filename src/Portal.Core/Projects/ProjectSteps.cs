using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Projects;

/// <summary>Takes the steps of a project in the cluster. Each may be taken any number of times.</summary>
public sealed class ProjectSteps(IClusters clusters, TimeProvider clock)
{
    // The API server learns of a new binding by a watch of its own.
    private static readonly TimeSpan UntilRightsHold = TimeSpan.FromMinutes(1);

    /// <summary>Takes one step and says how it stands; an outage or a refusal is an outcome too.</summary>
    public async Task<(StepOutcome Outcome, ClusterException? Failure)> TakeAsync(ProjectStepKind step, ProjectPlan plan, CancellationToken ct)
    {
        try
        {
            return (await RunAsync(step, clusters.Get(plan.Project.ClusterId), plan, ct), null);
        }
        catch (ClusterException failure)
        {
            var outcome = StepOutcome.From(failure);
            return (outcome.Reason == "cluster.forbidden" && AreNew(clusters.Get(plan.Project.ClusterId).Cache, plan)
                ? StepOutcome.Waiting("cluster.access_new", failure.Message) : outcome, failure);
        }
    }

    /// <summary>Asks for the removal of everything; finished once nothing of the project is left in the cluster.</summary>
    public async Task<StepOutcome> RemoveAsync(Project project, CancellationToken ct)
    {
        if (project.ClusterId is null)
            return StepOutcome.Done;
        var owner = new ReconcileOwner(nameof(Project), project.Id);
        var cluster = clusters.Get(project.ClusterId);
        cluster.Writer.Forget(project.Namespace);
        var queue = (await cluster.Client.CapabilitiesAsync(ct)).HasKueue
            ? new ObjectKey(Kinds.ClusterQueue, null, ProjectQueueManifests.ClusterQueueName(project)) : null;
        if (queue is not null)
            await DrainAsync(cluster.Client, queue, owner, ct);
        if (await LeftAsync(cluster.Client, new ObjectKey(Kinds.Namespace, null, project.Namespace), owner, ct) is { } left)
            return ProjectHealth.Leaving(left, clock.GetUtcNow());
        return queue is not null && await LeftAsync(cluster.Client, queue, owner, ct) is not null
            ? StepOutcome.Waiting("project.namespace_terminating") : StepOutcome.Done;
    }

    private bool AreNew(IClusterCache cache, ProjectPlan plan) => plan.Bindings.Any(b =>
        !DateTimeOffset.TryParse(
            cache.Find(new ObjectKey(Kinds.RoleBinding, plan.Project.Namespace, b.Role)).Text("metadata", "creationTimestamp"),
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var made)
        || clock.GetUtcNow() - made < UntilRightsHold);

    // While the namespace empties nothing of it may be admitted any more, nor borrow from others.
    private static async Task DrainAsync(IClusterClient cluster, ObjectKey queue, ReconcileOwner owner, CancellationToken ct)
    {
        const string Drain = "HoldAndDrain";
        if (await cluster.FindAsync(queue, ct) is { } found && found.Owner() == owner && !found.IsGoing() && found.Text("spec", "stopPolicy") != Drain)
            await cluster.PatchAsync(queue, new JsonObject { ["spec"] = new JsonObject { ["stopPolicy"] = Drain } }, ct);
    }

    private static Task<StepOutcome> RunAsync(ProjectStepKind step, ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct) => step switch
    {
        ProjectStepKind.Namespace => NamespaceAsync(cluster, plan, ct),
        ProjectStepKind.Limits => LimitsAsync(cluster, plan, ct),
        ProjectStepKind.Network => NetworkAsync(cluster, plan, ct),
        ProjectStepKind.Roles => RolesAsync(cluster, plan, ct),
        ProjectStepKind.Storage => StorageAsync(cluster, plan, ct),
        ProjectStepKind.Queue => QueueAsync(cluster, plan, ct),
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    private static async Task<StepOutcome> NamespaceAsync(ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct)
    {
        // What is taken over by mistake is somebody else's work: one that no watch has shown is asked for.
        var found = await cluster.Writer.FindAsync(new ObjectKey(Kinds.Namespace, null, plan.Project.Namespace), ct);
        if (found is not null && found.Owner() != plan.Owner)
            return StepOutcome.Failed("project.namespace_taken", plan.Project.Namespace);
        if (found is not null && found.IsGoing())
            return ProjectHealth.Namespace(found);
        var capabilities = await cluster.Client.CapabilitiesAsync(ct);
        var made = await cluster.Writer.EnsureAsync(Kinds.Namespace, ProjectManifests.Namespace(plan, plan.Requester, capabilities), ct);
        foreach (var binding in ProjectAccessManifests.PortalBindings(plan))
            await cluster.Writer.EnsureAsync(Kinds.RoleBinding, binding, ct);
        return ProjectHealth.Namespace(made);
    }

    private static async Task<StepOutcome> LimitsAsync(ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct)
    {
        // What was approved shows here first.
        var quota = await cluster.Writer.EnsureAsync(Kinds.ResourceQuota, ProjectManifests.ResourceQuota(plan), ct);
        await cluster.Writer.EnsureAsync(Kinds.LimitRange, ProjectManifests.LimitRange(plan), ct);
        return ProjectHealth.Quota(quota);
    }

    private static Task<StepOutcome> NetworkAsync(ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct) =>
        EnsureSetAsync(cluster, Kinds.NetworkPolicy, ProjectAccessManifests.NetworkPolicies(plan), plan, ct);

    private static async Task<StepOutcome> RolesAsync(ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct)
    {
        await cluster.Writer.EnsureAsync(Kinds.ServiceAccount, ProjectManifests.ServiceAccount(plan), ct);
        return await EnsureSetAsync(
            cluster, Kinds.RoleBinding, [.. ProjectAccessManifests.PortalBindings(plan), .. ProjectAccessManifests.RoleBindings(plan)], plan, ct);
    }

    private static async Task<StepOutcome> StorageAsync(ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct) =>
        ProjectHealth.Storage(await cluster.Writer.EnsureAsync(Kinds.PersistentVolumeClaim, ProjectManifests.Storage(plan), ct));

    private static async Task<StepOutcome> QueueAsync(ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct)
    {
        var capabilities = await cluster.Client.CapabilitiesAsync(ct);
        if (!capabilities.HasKueue)
            return new StepOutcome(StepState.NotNeeded, "cluster.no_kueue");
        var outcome = StepOutcome.Done;
        foreach (var (type, manifest) in ProjectObjectSet.Queue(plan, capabilities))
        {
            if (type == Kinds.WorkloadPriorityClass)
            {
                await PrioritiseAsync(cluster, manifest, ct);
                continue;
            }
            var made = await cluster.Writer.EnsureAsync(type, manifest, ct);
            if (outcome.IsFinished && type.Plural is ("clusterqueues" or "localqueues"))
                outcome = ProjectHealth.Queue(made, plan.Held);
        }
        return outcome;
    }

    // An account from before them may lack the right. The cluster's page says so, and work is taken there in the order in which it came.
    private static async Task PrioritiseAsync(ConnectedCluster cluster, JsonObject manifest, CancellationToken ct)
    {
        try
        {
            await cluster.Writer.EnsureAsync(Kinds.WorkloadPriorityClass, manifest, ct);
        }
        catch (ClusterException refused) when (refused.Failure == ClusterFailure.Forbidden)
        {
        }
    }

    private static async Task<StepOutcome> EnsureSetAsync(
        ConnectedCluster cluster, ResourceType type, IReadOnlyList<JsonObject> wanted, ProjectPlan plan, CancellationToken ct)
    {
        foreach (var manifest in wanted)
            await cluster.Writer.EnsureAsync(type, manifest, ct);
        await cluster.Writer.PruneAsync(type, plan.Project.Namespace, plan.Owner, wanted.Select(m => m.Name()).ToHashSet(), ct);
        return StepOutcome.Done;
    }

    // What is asked to go and is still there; null once it is gone, or is somebody else's.
    private static async Task<JsonObject?> LeftAsync(IClusterClient cluster, ObjectKey key, ReconcileOwner owner, CancellationToken ct)
    {
        var found = await cluster.FindAsync(key, ct);
        if (found is null || found.Owner() != owner)
            return null;
        if (!found.IsGoing())
            await cluster.DeleteAsync(key, ct);
        return found;
    }
}

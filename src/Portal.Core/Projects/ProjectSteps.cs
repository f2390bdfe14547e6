using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Projects;

/// <summary>Takes the steps of a project in the cluster. Each may be taken any number of times.</summary>
public sealed class ProjectSteps(IClusterClient cluster, ClusterWriter writer)
{
    /// <summary>Takes one step and says how it stands; an outage or a refusal is an outcome too.</summary>
    public async Task<(StepOutcome Outcome, ClusterException? Failure)> TakeAsync(ProjectStepKind step, ProjectPlan plan, CancellationToken ct)
    {
        try
        {
            return (await RunAsync(step, plan, ct), null);
        }
        catch (ClusterException failure)
        {
            return (StepOutcome.From(failure), failure);
        }
    }

    /// <summary>Asks for the removal of everything; true once nothing of the project is left in the cluster.</summary>
    public async Task<bool> RemoveAsync(Project project, CancellationToken ct)
    {
        var owner = new ReconcileOwner(nameof(Project), project.Id);
        if (!await GoneAsync(new ObjectKey(Kinds.Namespace, null, project.Namespace), owner, ct))
            return false;
        return !(await cluster.CapabilitiesAsync(ct)).HasKueue
            || await GoneAsync(new ObjectKey(Kinds.ClusterQueue, null, ProjectQueueManifests.ClusterQueueName(project)), owner, ct);
    }

    private Task<StepOutcome> RunAsync(ProjectStepKind step, ProjectPlan plan, CancellationToken ct) => step switch
    {
        ProjectStepKind.Namespace => NamespaceAsync(plan, ct),
        ProjectStepKind.Limits => LimitsAsync(plan, ct),
        ProjectStepKind.Network => NetworkAsync(plan, ct),
        ProjectStepKind.Roles => RolesAsync(plan, ct),
        ProjectStepKind.Storage => StorageAsync(plan, ct),
        ProjectStepKind.Queue => QueueAsync(plan, ct),
        _ => throw new ArgumentOutOfRangeException(nameof(step)),
    };

    private async Task<StepOutcome> NamespaceAsync(ProjectPlan plan, CancellationToken ct)
    {
        // What is taken over by mistake is somebody else's work: one that no watch has shown is asked for.
        var found = await writer.FindAsync(new ObjectKey(Kinds.Namespace, null, plan.Project.Namespace), ct);
        if (found is not null && found.Owner() != plan.Owner)
            return StepOutcome.Failed("project.namespace_taken", plan.Project.Namespace);
        if (found is not null && found.IsGoing())
            return ProjectHealth.Namespace(found);
        var requester = plan.Members.FirstOrDefault(m => m.PersonId == plan.Project.CreatedBy)?.UserName ?? "";
        return ProjectHealth.Namespace(await writer.EnsureAsync(Kinds.Namespace, ProjectManifests.Namespace(plan, requester), ct));
    }

    private async Task<StepOutcome> LimitsAsync(ProjectPlan plan, CancellationToken ct)
    {
        await writer.EnsureAsync(Kinds.LimitRange, ProjectManifests.LimitRange(plan), ct);
        return ProjectHealth.Quota(await writer.EnsureAsync(Kinds.ResourceQuota, ProjectManifests.ResourceQuota(plan), ct));
    }

    private Task<StepOutcome> NetworkAsync(ProjectPlan plan, CancellationToken ct) =>
        EnsureSetAsync(Kinds.NetworkPolicy, ProjectAccessManifests.NetworkPolicies(plan), plan, ct);

    private async Task<StepOutcome> RolesAsync(ProjectPlan plan, CancellationToken ct)
    {
        await writer.EnsureAsync(Kinds.ServiceAccount, ProjectManifests.ServiceAccount(plan), ct);
        return await EnsureSetAsync(Kinds.RoleBinding, ProjectAccessManifests.RoleBindings(plan), plan, ct);
    }

    private async Task<StepOutcome> StorageAsync(ProjectPlan plan, CancellationToken ct) =>
        ProjectHealth.Storage(await writer.EnsureAsync(Kinds.PersistentVolumeClaim, ProjectManifests.Storage(plan), ct));

    private async Task<StepOutcome> QueueAsync(ProjectPlan plan, CancellationToken ct)
    {
        if (!(await cluster.CapabilitiesAsync(ct)).HasKueue)
            return new StepOutcome(StepState.NotNeeded, "cluster.no_kueue");
        await writer.EnsureAsync(Kinds.ResourceFlavor, ProjectQueueManifests.Flavor(), ct);
        foreach (var cohort in ProjectQueueManifests.Cohorts(plan))
            await writer.EnsureAsync(Kinds.Cohort, cohort, ct);
        var queue = await writer.EnsureAsync(Kinds.ClusterQueue, ProjectQueueManifests.ClusterQueue(plan), ct);
        var door = await writer.EnsureAsync(Kinds.LocalQueue, ProjectQueueManifests.LocalQueue(plan), ct);
        var outcome = ProjectHealth.Queue(queue, plan.Archived);
        return outcome.IsFinished ? ProjectHealth.Queue(door, plan.Archived) : outcome;
    }

    private async Task<StepOutcome> EnsureSetAsync(
        ResourceType type, IReadOnlyList<JsonObject> wanted, ProjectPlan plan, CancellationToken ct)
    {
        foreach (var manifest in wanted)
            await writer.EnsureAsync(type, manifest, ct);
        await writer.PruneAsync(type, plan.Project.Namespace, plan.Owner, wanted.Select(m => m.Name()).ToHashSet(), ct);
        return StepOutcome.Done;
    }

    private async Task<bool> GoneAsync(ObjectKey key, ReconcileOwner owner, CancellationToken ct)
    {
        var found = await cluster.FindAsync(key, ct);
        if (found is null || found.Owner() != owner)
            return true;
        if (!found.IsGoing())
            await cluster.DeleteAsync(key, ct);
        return false;
    }
}

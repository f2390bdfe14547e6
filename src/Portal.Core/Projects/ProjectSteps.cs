using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware;

namespace Portal.Core.Projects;

/// <summary>Takes the steps of a project in the cluster. Each may be taken any number of times.</summary>
public sealed class ProjectSteps(IClusters clusters, TimeProvider clock)
{
    /// <summary>The cause of members who wait for the steps that hold in what they will run.</summary>
    public const string MembersWait = "project.members_wait";

    // The API server learns of a new binding by a watch of its own.
    private static readonly TimeSpan UntilRightsHold = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan UntilAskedAgain = TimeSpan.FromMinutes(5);

    // What the account of a cluster may not do, and need not, and when that was seen: every pass of every project would ask again.
    private readonly ConcurrentDictionary<(Guid Cluster, string Verb, ResourceType Type, string? Namespace), (long At, ClusterException Refusal)> _refused = [];

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
            return (outcome.Reason == "cluster.forbidden" && AreNew(clusters.Get(plan.Project.ClusterId).Cache, plan, step)
                ? StepOutcome.Waiting("cluster.access_new", failure.Message) : outcome, failure);
        }
    }

    /// <summary>True when the watches show the project's namespace, its own and alive: what else it is made of has a place to be.</summary>
    public bool HasNamespace(ProjectPlan plan) =>
        clusters.Get(plan.Project.ClusterId).Cache.Find(new ObjectKey(Kinds.Namespace, null, plan.Project.Namespace)) is { } seen
        && seen.IsOf(plan.Owner) && ProjectHealth.Namespace(seen).IsFinished;

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
        var ns = new ObjectKey(Kinds.Namespace, null, project.Namespace);
        if (await LeftAsync(cluster.Client, ns, owner, ct) is { } left)
            return ProjectHealth.Leaving(left, clock.GetUtcNow());
        // What was made there may run on. That of a project that never was ready is somebody else's, and always was.
        if (ProjectHealth.WasReady(project) && await cluster.Client.FindAsync(ns, ct) is { } other)
        {
            return StepOutcome.Failed("project.namespace_relabelled", other.At("metadata", "labels")?.ToJsonString() ?? "") with
            {
                Arguments = JsonSerializer.Serialize(new Dictionary<string, string> { ["namespace"] = project.Namespace }),
            };
        }
        return queue is not null && await LeftAsync(cluster.Client, queue, owner, ct) is not null
            ? StepOutcome.Waiting("project.namespace_terminating") : StepOutcome.Done;
    }

    // A binding that is not seen is as new as its namespace, which was made in the first step and may not be seen yet; in an older one
    // it is missing. What the first step itself needs, no binding in the namespace gives.
    private bool AreNew(IClusterCache cache, ProjectPlan plan, ProjectStepKind step)
    {
        var place = cache.Find(new ObjectKey(Kinds.Namespace, null, plan.Project.Namespace));
        return step != ProjectStepKind.Namespace && plan.Bindings.Any(b =>
            (cache.Find(new ObjectKey(Kinds.RoleBinding, plan.Project.Namespace, b.Role)) ?? place) is not { } made
            || made.Time("metadata", "creationTimestamp") is not { } at || clock.GetUtcNow() - at < UntilRightsHold);
    }

    // While the namespace empties nothing of it may be admitted any more, nor borrow from others.
    private static async Task DrainAsync(IClusterClient cluster, ObjectKey queue, ReconcileOwner owner, CancellationToken ct)
    {
        const string Drain = "HoldAndDrain";
        if (await cluster.FindAsync(queue, ct) is { } found && found.IsOf(owner) && !found.IsGoing() && found.Text("spec", "stopPolicy") != Drain)
            await cluster.PatchAsync(queue, new JsonObject { ["spec"] = new JsonObject { ["stopPolicy"] = Drain } }, ct);
    }

    private Task<StepOutcome> RunAsync(ProjectStepKind step, ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct) => step switch
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
        if (found is not null && !found.IsOf(plan.Owner))
            return StepOutcome.Failed("project.namespace_taken", plan.Project.Namespace);
        if (found is not null && found.IsGoing())
            return ProjectHealth.Namespace(found);
        var manifest = ProjectManifests.Namespace(plan, plan.Requester, await cluster.Client.CapabilitiesAsync(ct));
        var (made, refused) = (found, new Refusals());
        // Without it there is no place for anything; one that is there takes the rest, whoever holds fields of it.
        if (found is null)
            made = await cluster.Writer.EnsureAsync(Kinds.Namespace, manifest, ct);
        else
            await refused.TryAsync(async () => made = await cluster.Writer.EnsureAsync(Kinds.Namespace, manifest, ct));
        foreach (var binding in ProjectAccessManifests.PortalBindings(plan))
            await refused.TryAsync(() => cluster.Writer.EnsureAsync(Kinds.RoleBinding, binding, ct));
        refused.Tell();
        return ProjectHealth.Namespace(made!);
    }

    private static async Task<StepOutcome> LimitsAsync(ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct)
    {
        // Before quotas were listed, this one may name resources that nobody remembers. They may be listed, not asked for one by one.
        if (cluster.Cache.Age(Kinds.ResourceQuota) is null)
        {
            await foreach (var there in cluster.Client.ListAsync(Kinds.ResourceQuota, plan.Project.Namespace, null, ct))
                plan = there.Name() == ProjectManifests.LimitsName ? plan.Keeping(there) : plan;
        }
        var wanted = ProjectManifests.ResourceQuota(plan, await cluster.Client.CapabilitiesAsync(ct));
        var (quota, refused) = (new JsonObject(), new Refusals());
        // What was approved shows here first.
        await refused.TryAsync(async () => quota = await cluster.Writer.EnsureAsync(Kinds.ResourceQuota, wanted, ct));
        await refused.TryAsync(() => cluster.Writer.EnsureAsync(Kinds.LimitRange, ProjectManifests.LimitRange(plan), ct));
        refused.Tell();
        return ProjectHealth.Quota(quota);
    }

    private static async Task<StepOutcome> NetworkAsync(ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct)
    {
        var capabilities = await cluster.Client.CapabilitiesAsync(ct);
        await EnsureSetAsync(cluster, Kinds.NetworkPolicy, ProjectAccessManifests.NetworkPolicies(plan, capabilities), plan, capabilities, ct);
        return StepOutcome.Done;
    }

    private static async Task<StepOutcome> RolesAsync(ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct)
    {
        var (own, members, refused) = (ProjectAccessManifests.PortalBindings(plan), ProjectAccessManifests.RoleBindings(plan), new Refusals());
        var capabilities = await cluster.Client.CapabilitiesAsync(ct);
        // Before that a member could run anything in the namespace, and from there reach everything.
        var fenced = ProjectHealth.IsFenced(plan.Project);
        await refused.TryAsync(() => cluster.Writer.EnsureAsync(Kinds.ServiceAccount, ProjectManifests.ServiceAccount(plan), ct));
        await refused.TryAsync(() => EnsureSetAsync(cluster, Kinds.RoleBinding, fenced ? [.. own, .. members] : own, plan, capabilities, ct));
        refused.Tell();
        return fenced ? StepOutcome.Done : StepOutcome.Waiting(MembersWait);
    }

    private static async Task<StepOutcome> StorageAsync(ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct) =>
        ProjectHealth.Storage(await cluster.Writer.EnsureAsync(Kinds.PersistentVolumeClaim, ProjectManifests.Storage(plan), ct));

    private async Task<StepOutcome> QueueAsync(ConnectedCluster cluster, ProjectPlan plan, CancellationToken ct)
    {
        var capabilities = await cluster.Client.CapabilitiesAsync(ct);
        if (!capabilities.HasKueue)
        {
            var (none, refused) = (new StepOutcome(StepState.NotNeeded, "cluster.no_kueue"), new Refusals());
            await refused.TryAsync(() => ProfilesAsync(cluster, plan, capabilities, ct));
            return refused.First is { } held ? Noted(cluster, none, StepOutcome.From(held)) : none;
        }
        if (cluster.Cache.Age(Kinds.Node) is null && cluster.Cache.Age(Kinds.ClusterQueue) is null)
            plan = plan.SharingAs(await cluster.Client.FindAsync(new ObjectKey(Kinds.ClusterQueue, null, ProjectQueueManifests.ClusterQueueName(plan.Project)), ct));
        var (outcome, shared) = (StepOutcome.Done, new Refusals());
        foreach (var (type, manifest) in ProjectObjectSet.Queue(plan, capabilities))
        {
            // One object that all projects share must not stop the queue of each of them.
            if (type == Kinds.WorkloadPriorityClass)
                await shared.TryAsync(() => UnlessForbiddenAsync(cluster, "write", type, null, () => cluster.Writer.EnsureAsync(type, manifest, ct)));
            else if (type == Kinds.ResourceFlavor || type == Kinds.Cohort)
                await shared.TryAsync(() => cluster.Writer.EnsureAsync(type, manifest, ct));
            else if (await cluster.Writer.EnsureAsync(type, manifest, ct) is var made && outcome.IsFinished)
                outcome = ProjectHealth.Queue(made, plan.Held);
        }
        // No queue waits for them: what is refused of profiles is never more than a note.
        var optional = new Refusals();
        await optional.TryAsync(() => ProfilesAsync(cluster, plan, capabilities, ct));
        if (shared.First is { } refusal)
            return Noted(cluster, outcome, StepOutcome.From(refusal));
        return optional.First is { } note && outcome.IsFinished ? Noted(cluster, outcome, StepOutcome.From(note)) : outcome;
    }

    // A queue that is open has what it needs, and the refusal is a note. One that is not may wait for the flavor that was refused.
    private static StepOutcome Noted(ConnectedCluster cluster, StepOutcome outcome, StepOutcome refusal) => outcome.IsFinished
        ? outcome with { Reason = refusal.Reason, Detail = refusal.Detail }
        : cluster.Cache.Find(new ObjectKey(Kinds.ResourceFlavor, null, ProjectQueueManifests.CommonFlavor)) is null ? refusal : outcome;

    /// <summary>
    /// Why profiles are left alone, by passes and in previews: what nobody may see would be written at each pass, and never taken away.
    /// Null where a watch has listed them, or the account may.
    /// </summary>
    internal static async Task<ClusterException?> UnseenAsync(ConnectedCluster cluster, ResourceType profile, CancellationToken ct)
    {
        if (cluster.Cache.Age(profile) is not null)
            return null;
        try
        {
            await foreach (var _ in cluster.Client.ListAsync(profile, null, null, ct))
                return null;
            return null;
        }
        catch (ClusterException refused) when (refused.Failure == ClusterFailure.Forbidden)
        {
            return refused;
        }
    }

    // Those whose grants have ended go.
    private async Task ProfilesAsync(ConnectedCluster cluster, ProjectPlan plan, ClusterCapabilities capabilities, CancellationToken ct)
    {
        if (ProjectObjectSet.Profiles(plan, capabilities) is not var (type, profiles))
            return;
        var unseen = cluster.Cache.Age(type) is not null ? null : await UnlessForbiddenAsync(cluster, "list", type, null, async () =>
        {
            if (await UnseenAsync(cluster, type, ct) is { } refusal)
                throw refusal;
        });
        if (unseen is not null)
            throw unseen;
        await UnlessForbiddenAsync(cluster, "write", type, plan.Project.Namespace, async () =>
        {
            await EnsureSetAsync(cluster, type, profiles, plan, capabilities, ct);
            foreach (var (older, stay) in ProjectObjectSet.Sets(plan, capabilities).Where(s => s.Type.Kind == type.Kind && s.Type != type))
                await cluster.Writer.PruneAsync(older, plan.Project.Namespace, plan.Owner, stay, ct);
        });
    }

    // An account from before such objects may lack the right, in the whole cluster or in one namespace. Without priority classes work is taken there in
    // the order in which it came, and without profiles OpenShift AI does not show the pools.
    private async Task<ClusterException?> UnlessForbiddenAsync(ConnectedCluster cluster, string verb, ResourceType type, string? ns, Func<Task> step)
    {
        if (_refused.TryGetValue((cluster.Id, verb, type, ns), out var seen) && clock.GetElapsedTime(seen.At) < UntilAskedAgain)
            return seen.Refusal;
        try
        {
            await step();
            return null;
        }
        catch (ClusterException refused) when (refused.Failure == ClusterFailure.Forbidden)
        {
            _refused[(cluster.Id, verb, type, ns)] = (clock.GetTimestamp(), refused);
            return refused;
        }
    }

    // What is wanted and not made yet stays where it is there already; what is not wanted goes, even where others of the set were refused.
    private static async Task EnsureSetAsync(
        ConnectedCluster cluster, ResourceType type, IReadOnlyList<JsonObject> made, ProjectPlan plan, ClusterCapabilities capabilities, CancellationToken ct)
    {
        var refused = new Refusals();
        foreach (var manifest in made)
            await refused.TryAsync(() => cluster.Writer.EnsureAsync(type, manifest, ct));
        await cluster.Writer.PruneAsync(type, plan.Project.Namespace, plan.Owner, ProjectObjectSet.Sets(plan, capabilities).First(s => s.Type == type).Stay, ct);
        refused.Tell();
    }

    // What is asked to go and is still there; null once it is gone, or is somebody else's.
    private static async Task<JsonObject?> LeftAsync(IClusterClient cluster, ObjectKey key, ReconcileOwner owner, CancellationToken ct)
    {
        var found = await cluster.FindAsync(key, ct);
        if (found is null || !found.IsOf(owner))
            return null;
        if (!found.IsGoing())
            await cluster.DeleteAsync(key, ct);
        return found;
    }

    // Goes on after what was refused of one object, which says nothing of the others.
    private sealed class Refusals
    {
        public ClusterException? First { get; private set; }

        public async Task TryAsync(Func<Task> step)
        {
            try
            {
                await step();
            }
            catch (ClusterException refused) when (refused.Failure is ClusterFailure.Owned or ClusterFailure.Forbidden or ClusterFailure.Invalid)
            {
                First ??= refused;
            }
        }

        public void Tell()
        {
            if (First is not null)
                throw First;
        }
    }
}

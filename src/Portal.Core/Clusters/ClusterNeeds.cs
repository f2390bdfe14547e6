using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Core.Clusters;

/// <summary>
/// What the portal does in a cluster, as rights its accounts have to hold. The chart's ClusterRoles say the same, word for word.
/// </summary>
public static class ClusterNeeds
{
    private static readonly ResourceType PendingWorkloads = new("visibility.kueue.x-k8s.io", "v1beta1", "clusterqueues", "ClusterQueue", false);
    private static readonly ResourceType AccessReview = new("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", false);

    // What carries workloads out: looked at one by one, wherever it is followed.
    private static readonly IReadOnlyList<ResourceType> Controllers = WorkloadKinds.Controllers;

    private static readonly IReadOnlyList<ClusterNeed> Followed =
    [
        .. new[]
        {
            Kinds.Namespace, Kinds.ResourceQuota, Kinds.LimitRange, Kinds.ServiceAccount, Kinds.PersistentVolumeClaim, Kinds.Node, Kinds.Pod,
            Kinds.NetworkPolicy, Kinds.RoleBinding, Kinds.ResourceFlavor, Kinds.WorkloadPriorityClass, Kinds.Cohort, Kinds.ClusterQueue, Kinds.LocalQueue, Kinds.Workload,
        }.Concat(Controllers).Distinct().Select(type => new ClusterNeed(type, "list", "watch")),
        .. HardwareProfileManifests.Versions.Select(type => new ClusterNeed(type, "list", "watch") { IsOptional = true }),
    ];

    /// <summary>Of what people speak to, in the whole cluster.</summary>
    public static IReadOnlyList<ClusterNeed> Web { get; } =
    [
        .. Followed,
        .. ShownKinds.All.Select(type => new ClusterNeed(type, "list", "watch") { IsOptional = true }),
        new ClusterNeed(PendingWorkloads, "get") { Subresource = "pendingworkloads" },
    ];

    /// <summary>Of what people speak to, in each project's namespace.</summary>
    public static IReadOnlyList<ClusterNeed> WebInProjects { get; } = [new ClusterNeed(Kinds.Pod, "get") { Subresource = "log" }];

    /// <summary>Of what carries rows out, in the whole cluster; beside these it binds the roles that it hands on.</summary>
    public static IReadOnlyList<ClusterNeed> Reconciler { get; } =
    [
        .. Followed,
        .. Controllers.Select(type => new ClusterNeed(type, "get")),
        new(Kinds.Namespace, "get", "create", "patch", "delete"),
        new(Kinds.RoleBinding, "get", "create", "patch", "delete"),
        new(Kinds.ResourceFlavor, "get", "create", "patch", "delete"),
        new(Kinds.WorkloadPriorityClass, "create", "patch"),
        new(Kinds.Cohort, "create", "patch"),
        new(Kinds.ClusterQueue, "get", "create", "patch", "delete"),
        new(AccessReview, "create"),
    ];

    /// <summary>Of what carries rows out, in each project's namespace.</summary>
    public static IReadOnlyList<ClusterNeed> ReconcilerInProjects { get; } =
    [
        .. new[] { Kinds.ResourceQuota, Kinds.LimitRange, Kinds.ServiceAccount, Kinds.PersistentVolumeClaim, Kinds.LocalQueue }
            .Select(type => new ClusterNeed(type, "create", "patch")),
        new(Kinds.NetworkPolicy, "get", "create", "patch", "delete"),
        .. new[] { Kinds.Service, Kinds.ConfigMap, Kinds.Secret, TrainingKinds.TrainingRuntime }.Concat(Controllers)
            .Select(type => new ClusterNeed(type, "create", "patch", "delete")),
        .. HardwareProfileManifests.Versions.Select(type => new ClusterNeed(type, "get", "create", "patch", "delete") { IsOptional = true }),
        new(Kinds.Event, "list"),
        .. WebInProjects,
    ];

    /// <summary>What opens notebooks through the API server, where the portal stands outside of the cluster: reading, writing and websockets.</summary>
    public static ClusterNeed Passage { get; } = new(Kinds.Pod, "get", "create", "update", "patch", "delete") { Subresource = "proxy" };

    /// <summary>The rights that an account needs on a cluster: those for kinds that it does not serve are not needed.</summary>
    /// <param name="given">
    /// Roles that the account gives out inside of projects, its own among them; none where it does everything everywhere itself.
    /// </param>
    /// <param name="outside">True where notebooks are reached through the API server alone.</param>
    public static IReadOnlyList<ClusterRight> For(ClusterCapabilities capabilities, IReadOnlyCollection<string> given, bool outside)
    {
        IReadOnlyList<ClusterNeed> needs =
        [
            .. Reconciler,
            // One account is both parts there.
            .. given.Count > 0 ? [] : ReconcilerInProjects.Concat(Web),
            .. outside ? [Passage] : (ClusterNeed[])[],
        ];
        return
        [
            // Whoever is answered could ask.
            .. needs.Where(n => n.Type != AccessReview && IsServed(n.Type, capabilities)).SelectMany(n => n.Rights).Distinct(),
            .. ProjectAccessManifests.Roles.Concat(given).Select(role => new ClusterRight("bind", Kinds.RoleBinding.Group, "clusterroles") { Name = role }),
        ];
    }

    // The visibility API is read in whichever version there is.
    private static bool IsServed(ResourceType type, ClusterCapabilities capabilities) =>
        type == PendingWorkloads ? capabilities.Served.Any(s => s.Group == type.Group) : capabilities.Serves(type);
}

/// <summary>What is done with a kind.</summary>
public sealed record ClusterNeed(ResourceType Type, params string[] Verbs)
{
    /// <summary>Subresource that alone is meant, for example <c>log</c>; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>True for what is shown, or told other tools, besides: without it less is, and nothing else is missed.</summary>
    public bool IsOptional { get; init; }

    /// <summary>One right for each verb.</summary>
    public IEnumerable<ClusterRight> Rights => Verbs.Select(v => new ClusterRight(v, Type.Group, Type.Plural, Subresource) { IsOptional = IsOptional });
}

/// <summary>One right, in every namespace.</summary>
public sealed record ClusterRight(string Verb, string Group, string Resource, string Subresource = "")
{
    /// <summary>The one object that it is about; empty for all.</summary>
    public string Name { get; init; } = "";

    /// <summary>True for one without which less is shown, or told other tools, and nothing else is missed.</summary>
    public bool IsOptional { get; init; }

    /// <summary>As people read it, <c>patch clusterqueues.kueue.x-k8s.io</c>.</summary>
    public override string ToString() =>
        $"{Verb} {Resource}{(Subresource.Length > 0 ? "/" + Subresource : "")}{(Group.Length > 0 ? "." + Group : "")}{(Name.Length > 0 ? " " + Name : "")}";
}

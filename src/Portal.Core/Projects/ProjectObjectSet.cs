using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Workloads;

namespace Portal.Core.Projects;

/// <summary>Every object of a project, in the order in which they are made. Pure.</summary>
public static class ProjectObjectSet
{
    private static readonly ResourceType[] Made =
    [
        Kinds.Namespace, Kinds.LimitRange, Kinds.ResourceQuota, Kinds.NetworkPolicy, Kinds.ServiceAccount, Kinds.RoleBinding,
        Kinds.PersistentVolumeClaim, Kinds.ResourceFlavor, Kinds.WorkloadPriorityClass, Kinds.Cohort, Kinds.ClusterQueue, Kinds.LocalQueue,
        .. HardwareProfileManifests.Versions,
    ];

    /// <summary>True for an object of a kind that a project is made of, in any version, which says itself to be of that kind.</summary>
    public static bool IsOne(ResourceType type, JsonObject manifest) => Array.Exists(Made, m => m with { Version = type.Version } == type)
        && manifest.Text("apiVersion") == type.ApiVersion && manifest.Text("kind") == type.Kind;

    /// <summary>The objects of a plan.</summary>
    public static IReadOnlyList<(ResourceType Type, JsonObject Manifest)> Of(ProjectPlan plan, ClusterCapabilities capabilities) =>
    [
        (Kinds.Namespace, ProjectManifests.Namespace(plan, plan.Requester, capabilities)),
        .. ProjectAccessManifests.PortalBindings(plan).Select(m => (Kinds.RoleBinding, m)),
        (Kinds.LimitRange, ProjectManifests.LimitRange(plan)),
        (Kinds.ResourceQuota, ProjectManifests.ResourceQuota(plan, capabilities)),
        .. ProjectAccessManifests.NetworkPolicies(plan, capabilities).Select(m => (Kinds.NetworkPolicy, m)),
        (Kinds.ServiceAccount, ProjectManifests.ServiceAccount(plan)),
        .. ProjectAccessManifests.RoleBindings(plan).Select(m => (Kinds.RoleBinding, m)),
        (Kinds.PersistentVolumeClaim, ProjectManifests.Storage(plan)),
        .. Queue(plan, capabilities),
        .. Profiles(plan, capabilities) is var (type, profiles) ? profiles.Select(m => (type, m)) : [],
    ];

    /// <summary>Its pools as OpenShift AI shows them, and the kind that they are; null on a cluster without it.</summary>
    public static (ResourceType Type, IReadOnlyList<JsonObject> Manifests)? Profiles(ProjectPlan plan, ClusterCapabilities capabilities) =>
        capabilities.Served.FirstServed(HardwareProfileManifests.Versions) is { } type
            ? (type, HardwareProfileManifests.Of(plan, type, capabilities.HasKueue)) : null;

    /// <summary>
    /// The kinds of which a project has as many objects as its plan says, each with the names that stay: any other of the project's goes.
    /// Passes take away by it, and previews say by it what goes.
    /// </summary>
    public static IReadOnlyList<(ResourceType Type, IReadOnlySet<string> Stay)> Sets(ProjectPlan plan, ClusterCapabilities capabilities) =>
    [
        (Kinds.NetworkPolicy, Names(ProjectAccessManifests.NetworkPolicies(plan, capabilities))),
        (Kinds.RoleBinding, Names([.. ProjectAccessManifests.PortalBindings(plan), .. ProjectAccessManifests.RoleBindings(plan)])),
        .. Profiles(plan, capabilities) is var (type, profiles)
            ? (IEnumerable<(ResourceType, IReadOnlySet<string>)>)
            [
                (type, Names(profiles)),
                // What was written before the cluster learnt the group that is written now.
                .. HardwareProfileManifests.Versions.Where(v => v.Group != type.Group && capabilities.ServesExactly(v)).Select(older => (older, Names([]))),
            ]
            : [],
    ];

    /// <summary>The objects that are there and that the next pass over a plan takes away, as last seen.</summary>
    public static IReadOnlyList<JsonObject> Unwanted(ProjectPlan plan, ClusterCapabilities capabilities, IClusterCache seen) =>
        [.. Sets(plan, capabilities).SelectMany(set => ClusterWriter.Unwanted(seen, set.Type, plan.Project.Namespace, plan.Owner, set.Stay))];

    private static IReadOnlySet<string> Names(IEnumerable<JsonObject> manifests) => manifests.Select(m => m.Name()).ToHashSet(StringComparer.Ordinal);

    /// <summary>Those of its place in Kueue, none where it has no Kueue.</summary>
    public static IReadOnlyList<(ResourceType Type, JsonObject Manifest)> Queue(ProjectPlan plan, ClusterCapabilities capabilities)
    {
        if (!capabilities.HasKueue)
            return [];
        (ResourceType Type, JsonObject Manifest)[] built =
        [
            (Kinds.ResourceFlavor, ProjectQueueManifests.Flavor()),
            // The platform's, as the flavor: every project applies the same.
            .. PriorityClass.All.Select(p => (Kinds.WorkloadPriorityClass, KueuePlatformManifests.PriorityClass(p))),
            .. ProjectQueueManifests.Cohorts(plan).Select(m => (Kinds.Cohort, m)),
            (Kinds.ClusterQueue, ProjectQueueManifests.ClusterQueue(plan, capabilities.Serves(Kinds.Cohort))),
            (Kinds.LocalQueue, ProjectQueueManifests.LocalQueue(plan)),
        ];
        return [.. built.Where(b => capabilities.Serves(b.Type))];
    }
}

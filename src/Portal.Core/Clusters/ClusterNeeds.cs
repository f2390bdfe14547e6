using Portal.Core.Cluster;

namespace Portal.Core.Clusters;

/// <summary>What the portal does in a cluster, as rights its account has to hold. The chart's ClusterRole says the same.</summary>
public static class ClusterNeeds
{
    private static readonly string[] Read = ["get", "list", "watch"];
    private static readonly string[] Write = ["get", "list", "watch", "create", "patch", "delete"];

    private static readonly (ResourceType Type, string Subresource, string[] Verbs)[] All =
    [
        .. new[]
        {
            Kinds.Namespace, Kinds.ResourceQuota, Kinds.LimitRange, Kinds.ServiceAccount, Kinds.PersistentVolumeClaim, Kinds.Service,
            Kinds.ConfigMap, Kinds.Secret, Kinds.StatefulSet, Kinds.Deployment, Kinds.Job, Kinds.NetworkPolicy, Kinds.RoleBinding,
            Kinds.ResourceFlavor, Kinds.ClusterQueue, Kinds.LocalQueue, Notebooks.NotebookManifests.Kind,
        }.Select(type => (type, "", Write)),
        .. new[] { Kinds.Node, Kinds.Pod, Kinds.Event, Kinds.Workload }.Select(type => (type, "", Read)),
        (Kinds.Pod, "log", ["get"]),
    ];

    /// <summary>The rights needed on a cluster: those for kinds that it does not serve are not.</summary>
    public static IReadOnlyList<ClusterRight> For(ClusterCapabilities capabilities) =>
    [
        .. All.Where(n => capabilities.Serves(n.Type))
            .SelectMany(n => n.Verbs.Select(v => new ClusterRight(v, n.Type.Group, n.Type.Plural, n.Subresource))),
    ];
}

/// <summary>One right, in every namespace.</summary>
public sealed record ClusterRight(string Verb, string Group, string Resource, string Subresource = "")
{
    /// <summary>As people read it, <c>patch clusterqueues.kueue.x-k8s.io</c>.</summary>
    public override string ToString() =>
        $"{Verb} {Resource}{(Subresource.Length > 0 ? "/" + Subresource : "")}{(Group.Length > 0 ? "." + Group : "")}";
}

using Portal.Core.Cluster;

namespace Portal.Core.Clusters;

/// <summary>Something that a cluster can do, or not.</summary>
/// <param name="Name">Proper name of the product or API.</param>
/// <param name="Kind">The kind that gives it away, as <c>clusterqueues.kueue.x-k8s.io</c>.</param>
/// <param name="Served">Versions that the cluster serves; empty where it is absent.</param>
/// <param name="Used">The version that the portal writes, or empty.</param>
public sealed record ClusterFeature(string Name, string Kind, IReadOnlyList<string> Served, string Used)
{
    /// <summary>False where the portal only says whether the cluster has it, and makes nothing of it.</summary>
    public bool IsWritten { get; init; }

    /// <summary>The portal would write it, and not in the versions that are there: treated as absent until the portal is updated.</summary>
    public bool IsUnknown => IsWritten && Served.Count > 0 && Used.Length == 0;
}

/// <summary>Reads a cluster's abilities from what it serves: the first version that the portal knows to write is used. Pure.</summary>
public static class ClusterFeatures
{
    // No version stands where nothing is written yet.
    private static readonly (string Name, string Group, string Plural, string[] Written)[] Wanted =
    [
        ("Kueue", "kueue.x-k8s.io", "clusterqueues", ["v1beta2", "v1beta1"]),
        ("KServe", "serving.kserve.io", "inferenceservices", []),
        ("Kubeflow Notebooks", "kubeflow.org", "notebooks", ["v1"]),
        ("Kubeflow Trainer", "trainer.kubeflow.org", "trainjobs", ["v1alpha1"]),
        ("Kubeflow Training Operator", "kubeflow.org", "pytorchjobs", ["v1"]),
        ("JobSet", "jobset.x-k8s.io", "jobsets", ["v1alpha2"]),
        ("Ray", "ray.io", "rayjobs", ["v1"]),
        ("Tekton Pipelines", "tekton.dev", "pipelineruns", []),
        ("Strimzi", "kafka.strimzi.io", "kafkatopics", []),
        ("Argo CD", "argoproj.io", "applications", []),
        ("Prometheus Operator", "monitoring.coreos.com", "prometheusrules", []),
        ("Hardware profiles", "infrastructure.opendatahub.io", "hardwareprofiles", ["v1", "v1alpha1"]),
        ("OpenShift routes", "route.openshift.io", "routes", []),
        ("Gateway API", "gateway.networking.k8s.io", "httproutes", []),
        ("Ingress", "networking.k8s.io", "ingresses", []),
        ("Object buckets", "objectbucket.io", "objectbucketclaims", []),
        ("cert-manager", "cert-manager.io", "certificates", []),
    ];

    /// <summary>One line for each ability that matters to projects, present or not.</summary>
    public static IReadOnlyList<ClusterFeature> From(ClusterCapabilities capabilities) =>
    [
        .. Wanted.Select(w =>
        {
            string[] served = [.. capabilities.Served.Where(s => s.Group == w.Group && s.Plural == w.Plural).Select(s => s.Version)];
            return new ClusterFeature(w.Name, $"{w.Plural}.{w.Group}", served, w.Written.FirstOrDefault(served.Contains) ?? "") { IsWritten = w.Written.Length > 0 };
        }),
    ];
}

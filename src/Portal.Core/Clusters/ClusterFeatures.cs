using Portal.Core.Cluster;

namespace Portal.Core.Clusters;

/// <summary>Something that a cluster can do, or not.</summary>
/// <param name="Name">Proper name of the product or API.</param>
/// <param name="Kind">The kind that gives it away, as <c>clusterqueues.kueue.x-k8s.io</c>.</param>
/// <param name="Served">Versions that the cluster serves; empty where it is absent.</param>
/// <param name="Used">The version that the portal works with, or empty.</param>
public sealed record ClusterFeature(string Name, string Kind, IReadOnlyList<string> Served, string Used)
{
    /// <summary>It is there, in versions that this portal does not know: treated as absent until the portal is updated.</summary>
    public bool IsUnknown => Served.Count > 0 && Used.Length == 0;
}

/// <summary>Reads a cluster's abilities from what it serves: the newest version that the portal knows is used. Pure.</summary>
public static class ClusterFeatures
{
    private static readonly (string Name, string Group, string Plural, string[] Known)[] Wanted =
    [
        ("Kueue", "kueue.x-k8s.io", "clusterqueues", ["v1beta2", "v1beta1"]),
        ("KServe", "serving.kserve.io", "inferenceservices", ["v1beta1"]),
        ("Kubeflow Notebooks", "kubeflow.org", "notebooks", ["v1", "v1beta1"]),
        ("Kubeflow Trainer", "trainer.kubeflow.org", "trainjobs", ["v1alpha1"]),
        ("Kubeflow Training Operator", "kubeflow.org", "pytorchjobs", ["v1"]),
        ("JobSet", "jobset.x-k8s.io", "jobsets", ["v1alpha2"]),
        ("Ray", "ray.io", "rayjobs", ["v1"]),
        ("Tekton Pipelines", "tekton.dev", "pipelineruns", ["v1", "v1beta1"]),
        ("Strimzi", "kafka.strimzi.io", "kafkatopics", ["v1", "v1beta2"]),
        ("Argo CD", "argoproj.io", "applications", ["v1alpha1"]),
        ("Prometheus Operator", "monitoring.coreos.com", "prometheusrules", ["v1"]),
        ("Hardware profiles", "infrastructure.opendatahub.io", "hardwareprofiles", ["v1", "v1alpha1"]),
        ("OpenShift routes", "route.openshift.io", "routes", ["v1"]),
        ("Gateway API", "gateway.networking.k8s.io", "httproutes", ["v1", "v1beta1"]),
        ("Ingress", "networking.k8s.io", "ingresses", ["v1"]),
        ("Object buckets", "objectbucket.io", "objectbucketclaims", ["v1alpha1"]),
        ("cert-manager", "cert-manager.io", "certificates", ["v1"]),
    ];

    /// <summary>One line for each ability that the portal makes use of, present or not.</summary>
    public static IReadOnlyList<ClusterFeature> From(ClusterCapabilities capabilities) =>
    [
        .. Wanted.Select(w =>
        {
            string[] served = [.. capabilities.Served.Where(s => s.Group == w.Group && s.Plural == w.Plural).Select(s => s.Version)];
            return new ClusterFeature(w.Name, $"{w.Plural}.{w.Group}", served, w.Known.FirstOrDefault(served.Contains) ?? "");
        }),
    ];
}

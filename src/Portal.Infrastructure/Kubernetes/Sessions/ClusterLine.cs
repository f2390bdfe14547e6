using k8s;
using k8s.KubeConfigModels;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes.Sessions;

/// <summary>Where a cluster is and with which credentials: a kubeconfig's text, a file, or the pod that the portal runs in.</summary>
/// <param name="Kubeconfig">Text of a kubeconfig, or empty.</param>
/// <param name="File">A kubeconfig file, or empty.</param>
/// <param name="Context">A context of either; empty for its current one.</param>
internal sealed record ClusterLine(string Kubeconfig, string File, string Context)
{
    /// <summary>The pod's own cluster.</summary>
    public static readonly ClusterLine InCluster = new("", "", "");

    /// <summary>True when the portal runs in the cluster that it works on.</summary>
    public bool IsOwn => Kubeconfig.Length == 0 && File.Length == 0;

    /// <summary>True when the portal reaches the addresses of pods: from inside, and those that are processes of its own machine.</summary>
    public bool ReachesPods(bool isEmbedded) => IsOwn || (isEmbedded && File.Length > 0);

    public static ClusterLine FromFile(string file, string context = "") => new("", file, context);

    public static ClusterLine FromText(string kubeconfig) => new(kubeconfig, "", "");

    /// <summary>What the Kubernetes client needs.</summary>
    /// <exception cref="ClusterException">There is nothing to connect with.</exception>
    public KubernetesClientConfiguration Read()
    {
        var context = Context.Length > 0 ? Context : null;
        if (Kubeconfig.Length > 0)
            return KubernetesClientConfiguration.BuildConfigFromConfigObject(KubernetesYaml.Deserialize<K8SConfiguration>(Kubeconfig), context);
        if (File.Length > 0)
            return KubernetesClientConfiguration.BuildConfigFromConfigFile(File, context);
        return KubernetesClientConfiguration.IsInCluster()
            ? KubernetesClientConfiguration.InClusterConfig()
            : throw new ClusterException(ClusterFailure.Unavailable, "No cluster is configured: no kubeconfig is named and this is not a pod.");
    }

    // Tokens are no text for a log.
    private bool PrintMembers(System.Text.StringBuilder text)
    {
        text.Append(IsOwn ? "in cluster" : File.Length > 0 ? File : "kubeconfig");
        return true;
    }
}

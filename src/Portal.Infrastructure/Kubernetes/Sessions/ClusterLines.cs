using Portal.Core.Clusters;

namespace Portal.Infrastructure.Kubernetes.Sessions;

/// <summary>Finds the way to a registered cluster: in the settings, in the pod, or in the row's own credentials.</summary>
internal sealed class ClusterLines(ClusterVault vault, KubernetesOptions options)
{
    /// <summary>The line, or null when the installation does not know the cluster or the keys of its credentials are gone.</summary>
    public ClusterLine? Of(ClusterRegistration row) => row.Connection switch
    {
        ClusterConnectionKind.Installation => options.Registration is null ? null : ClusterLine.FromFile(options.Kubeconfig, options.Context),
        ClusterConnectionKind.InCluster => ClusterLine.InCluster,
        _ => vault.Open(row.Credentials) is { } kubeconfig ? ClusterLine.FromText(kubeconfig) : null,
    };
}

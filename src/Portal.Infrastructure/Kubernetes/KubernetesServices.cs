using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Cluster;
using Portal.Core.Reconciliation;
using Portal.Core.Workloads;
using Portal.Infrastructure.Kubernetes.Watching;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>Registers the cluster.</summary>
public static class KubernetesServices
{
    /// <summary>
    /// Adds <see cref="IClusterClient"/> and <see cref="IClusterCache"/>. The kubeconfig is read at the first request, so
    /// that a cluster which the application itself starts may write it until then.
    /// </summary>
    public static IServiceCollection AddPortalKubernetes(this IServiceCollection services, KubernetesOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ClusterConnection>();
        services.AddSingleton<ClusterDiscovery>();
        services.AddSingleton<IClusterClient, KubernetesClusterClient>();
        services.AddSingleton<ClusterCache>();
        services.AddSingleton<IClusterCache>(s => s.GetRequiredService<ClusterCache>());
        services.AddHostedService<ClusterWatcher>();
        services.AddSingleton<IWorkloadRoute, ClusterRoute>();
        return services;
    }
}

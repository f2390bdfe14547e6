using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Cluster;
using Portal.Core.Reconciliation;
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
        // Reconcilers read the cache, and the cache asks them what to watch: it does so once it runs.
        services.AddSingleton(s => new Lazy<IEnumerable<IReconciler>>(s.GetServices<IReconciler>));
        services.AddSingleton<ClusterCache>();
        services.AddSingleton<IClusterCache>(s => s.GetRequiredService<ClusterCache>());
        services.AddHostedService(s => s.GetRequiredService<ClusterCache>());
        return services;
    }
}

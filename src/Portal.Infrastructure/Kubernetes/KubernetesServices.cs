using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Questions;
using Portal.Core.Reconciliation;
using Portal.Core.Workloads;
using Portal.Infrastructure.Kubernetes.Sessions;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>Registers the clusters.</summary>
public static class KubernetesServices
{
    /// <summary>
    /// Adds <see cref="IClusters"/> and what connects the registered clusters. A kubeconfig file is read at the first request,
    /// so that a cluster which the application itself starts may write it until then.
    /// </summary>
    public static IServiceCollection AddPortalKubernetes(this IServiceCollection services, KubernetesOptions options)
    {
        services.AddSingleton(options);
        services.AddDataProtection();
        services.AddSingleton<ClusterVault>();
        services.AddSingleton<ClusterLines>();
        if (options.OnlyReads)
        {
            services.AddSingleton<ClusterProbe>();
            services.AddSingleton<IClusterProbe, AskingProbe>();
        }
        else
        {
            services.AddSingleton<IClusterProbe, ClusterProbe>();
        }
        services.AddSingleton<ClusterSet>();
        services.AddSingleton<IClusters>(s => s.GetRequiredService<ClusterSet>());
        services.AddSingleton<IWorkloadRoute>(s => s.GetRequiredService<ClusterSet>());
        services.AddSingleton<IReconciler, ClusterQuestionReconciler>();
        services.AddSingleton<IReconciler, ClusterCheckReconciler>();
        services.AddHostedService<ClusterSetHost>();
        return services;
    }
}

using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Reconciliation;

namespace Portal.Hosting;

/// <summary>Registers the cluster that the settings name. Everything after this line sees a Kubernetes API and nothing else.</summary>
internal static class ClusterRegistration
{
    public static void AddPortalCluster(this IServiceCollection services, PortalSettings settings)
    {
        services.AddPortalKubernetes(new KubernetesOptions
        {
            Kubeconfig = settings.Mode switch
            {
                ClusterMode.Embedded => EmbeddedCluster.KubeconfigIn(settings),
                ClusterMode.Kubeconfig => settings.Kubeconfig,
                _ => "",
            },
        });
        if (settings.Mode == ClusterMode.None)
            return;
        services.AddPortalReconciliation();
        if (settings.Mode == ClusterMode.Embedded)
            services.AddHostedService<EmbeddedCluster>();
    }
}

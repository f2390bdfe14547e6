using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Reconciliation;

namespace Portal.Hosting;

/// <summary>Registers the cluster that the settings name, and the loops that carry rows out in it.</summary>
internal static class ClusterRegistration
{
    public static void AddPortalCluster(this IServiceCollection services, PortalSettings settings)
    {
        services.AddPortalKubernetes(new KubernetesOptions { Kubeconfig = KubeconfigOf(settings) });
        if (settings.Mode != ClusterMode.None)
            services.AddPortalReconciliation();
    }

    private static string KubeconfigOf(PortalSettings settings) => settings.Mode switch
    {
        ClusterMode.Kubeconfig => settings.Kubeconfig,
        ClusterMode.Embedded => Path.Combine(settings.DataDirectory, "cluster", "kubeconfig"),
        _ => "",
    };
}

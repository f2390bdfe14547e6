using Portal.Core.Projects;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Reconciliation;

namespace Portal.Hosting;

/// <summary>Registers the clusters, the first as the settings say. Everything after this line sees Kubernetes APIs and nothing else.</summary>
internal static class ClusterHosting
{
    public static void AddPortalCluster(this WebApplicationBuilder builder, PortalSettings settings)
    {
        var services = builder.Services;
        var asked = new KubernetesOptions();
        services.AddPortalKubernetes(new KubernetesOptions
        {
            RequestsPerSecond = builder.Configuration.GetValue("Cluster:RequestsPerSecond", asked.RequestsPerSecond),
            Burst = builder.Configuration.GetValue("Cluster:Burst", asked.Burst),
            Registration = settings.Mode == ClusterMode.None ? null : new ConfiguredCluster(settings.ClusterName),
            Kubeconfig = settings.Mode switch
            {
                ClusterMode.Embedded => EmbeddedCluster.KubeconfigIn(settings),
                ClusterMode.Kubeconfig => settings.Kubeconfig,
                _ => "",
            },
            AllowedExecPlugins = settings.AllowedExecPlugins,
            OnlyReads = !settings.Reconciles,
            ServesPages = settings.ServesPeople,
        });
        services.AddSingleton(s => ProjectOptions(s.GetRequiredService<IConfiguration>().GetSection("Projects")));
        if (settings.Mode == ClusterMode.None)
            return;
        if (settings.Reconciles)
            services.AddPortalReconciliation(ReconciliationOptions(builder.Configuration.GetSection("Reconciliation")));
        if (settings.Mode == ClusterMode.Embedded)
            services.AddHostedService<EmbeddedCluster>();
    }

    /// <summary><c>Reconciliation:Lease</c>, <c>:Resync</c>, <c>:Workers</c>.</summary>
    private static ReconciliationOptions ReconciliationOptions(IConfiguration section)
    {
        var options = new ReconciliationOptions();
        section.Bind(options);
        return options;
    }

    /// <summary>What stands below <c>Projects</c>; a pod knows its own namespace.</summary>
    private static ProjectClusterOptions ProjectOptions(IConfiguration section)
    {
        const string OwnNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
        var options = new ProjectClusterOptions();
        if (File.Exists(OwnNamespace))
            options.PortalNamespace = File.ReadAllText(OwnNamespace).Trim();
        section.Bind(options);
        return options;
    }
}

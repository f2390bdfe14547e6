namespace Portal.Hosting;

/// <summary>Registers the cluster that the settings name.</summary>
internal static class ClusterRegistration
{
    public static void AddPortalCluster(this IServiceCollection services, PortalSettings settings)
    {
        _ = services;
        _ = settings;
    }
}

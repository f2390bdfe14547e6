using Microsoft.Extensions.DependencyInjection;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster;

/// <summary>What a cluster is made of beside its API server. Each part adds itself here with one line.</summary>
internal static class ClusterParts
{
    /// <summary>Everything a cluster needs to run pods.</summary>
    public static void Add(IServiceCollection services)
    {
    }

    /// <summary>A controller is any service of this type; it is created once and may ask for IObjects, options, clock and loggers.</summary>
    public static IServiceCollection AddController<T>(this IServiceCollection services) where T : class, IController =>
        services.AddSingleton<IController, T>();
}

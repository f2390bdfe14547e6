using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Core.Cluster;
using Portal.Core.Clusters.Questions;

namespace Portal.Core.Clusters;

internal static class ClusterServices
{
    /// <summary>Adds the use cases of clusters; what connects them registers its <see cref="IClusters"/> over the default of none.</summary>
    public static IServiceCollection AddClusters(this IServiceCollection services)
    {
        services.TryAddSingleton<IClusters, NoClusters>();
        services.AddSingleton<ClusterPlacement>();
        services.AddSingleton<ClusterQueryService>();
        services.AddSingleton<ClusterTrial>();
        services.AddSingleton<ClusterService>();
        services.AddSingleton<ClusterQuestions>();
        return services;
    }
}

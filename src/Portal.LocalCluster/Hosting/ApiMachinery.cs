using Microsoft.Extensions.DependencyInjection;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster;

/// <summary>The services of the API server itself.</summary>
internal static class ApiMachinery
{
    public static IServiceCollection AddApiMachinery(this IServiceCollection services, IWriteLog log)
    {
        services.AddSingleton<ResourceCatalog>();
        services.AddSingleton(log);
        services.AddSingleton(provider =>
        {
            var store = new ObjectStore(log);
            foreach (var type in provider.GetRequiredService<ResourceCatalog>().Types) store.Add(type);
            return store;
        });
        services.AddSingleton<ObjectRegistry>();
        services.AddSingleton<EventRecorder>();
        services.AddSingleton<IObjects, Objects>();
        return services;
    }
}

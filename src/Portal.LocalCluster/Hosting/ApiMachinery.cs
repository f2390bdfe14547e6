using Microsoft.Extensions.DependencyInjection;
using Portal.LocalCluster.Access;
using Portal.LocalCluster.Admission;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Definitions;
using Portal.LocalCluster.Discovery;
using Portal.LocalCluster.Lifecycle;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;
using Portal.LocalCluster.Streams;

namespace Portal.LocalCluster;

/// <summary>The services of the API server itself.</summary>
internal static class ApiMachinery
{
    /// <summary>Objects, their rules and the in-process door.</summary>
    public static IServiceCollection AddApiMachinery(this IServiceCollection services, IWriteLog log)
    {
        services.AddSingleton<ResourceCatalog>();
        services.AddSingleton(provider =>
        {
            var store = new ObjectStore(log);
            if (log is FileLog file) store.ContinueFrom(file.Version);
            foreach (var type in provider.GetRequiredService<ResourceCatalog>().Types.Where(type => type.Stored && !type.IsOtherFace)) store.Add(type);
            return store;
        });
        services.AddSingleton<ObjectRegistry>();
        services.AddSingleton<EventRecorder>();
        services.AddSingleton<IObjects, Objects>();
        services.AddSingleton<QuotaUsage>();
        services.AddSingleton<IAdmission, NamespaceAdmission>().AddSingleton<IAdmission, PodAdmission>();
        services.AddSingleton<RequestRecord>().AddSingleton<RuleBook>().AddSingleton<Authorization>().AddSingleton<IAdmission, Escalation>();
        services.AddSingleton<IAdmission, LimitRanges>().AddSingleton<IAdmission, PodSecurity>().AddSingleton<IAdmission, QuotaAdmission>();
        services.AddSingleton<IAdmission, ValidatingPolicies>();
        services.AddSingleton<CustomResources>().AddSingleton<NamespaceContents>();
        services.AddController<NamespaceLifecycle>().AddController<GarbageCollector>().AddController<QuotaStatus>();
        services.AddController<RoleAggregation>().AddController<DefinitionCleanup>().AddController<EventExpiry>().AddController<ClaimProtection>();
        return services;
    }

    /// <summary>The door over HTTP.</summary>
    public static IServiceCollection AddApiServer(this IServiceCollection services) => services
        .AddSingleton<DiscoveryDocuments>().AddSingleton<OpenApiDocuments>().AddSingleton<DiscoveryRequests>()
        .AddSingleton<Authentication>().AddSingleton<Impersonation>().AddSingleton<ApiServer>().AddSingleton<ResourceRequests>()
        .AddSingleton<ReadRequests>().AddSingleton<WatchRequests>().AddSingleton<WriteRequests>().AddSingleton<DeleteRequests>()
        .AddSingleton<SubresourceRequests>().AddSingleton<ReviewRequests>().AddSingleton<LogRequests>().AddSingleton<ProxyRequests>()
        .AddSingleton<ScaleRequests>().AddSingleton<TokenRequests>().AddSingleton<EvictionRequests>().AddSingleton<BindingRequests>().AddSingleton<NamespaceFinalizing>()
        .AddSingleton<ExecRequests>().AddSingleton<PortForwardRequests>();
}

using Microsoft.Extensions.DependencyInjection;

namespace Portal.Core.Monitoring;

/// <summary>Registers the use cases of monitoring.</summary>
public static class MonitoringServices
{
    /// <summary>Adds them; whoever hosts the portal runs <see cref="DriftEvents"/>.</summary>
    public static IServiceCollection AddMonitoring(this IServiceCollection services)
    {
        services.AddSingleton<MonitoringService>();
        services.AddSingleton<MonitoringQueryService>();
        services.AddSingleton<DriftIngestService>();
        services.AddSingleton<DriftEvents>();
        return services;
    }
}

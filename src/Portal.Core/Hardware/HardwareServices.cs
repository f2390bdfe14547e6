using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Core.Reconciliation;

namespace Portal.Core.Hardware;

internal static class HardwareServices
{
    /// <summary>Adds the use cases of hardware pools and what carries them out.</summary>
    public static IServiceCollection AddHardware(this IServiceCollection services)
    {
        services.TryAddSingleton(new HardwareOptions());
        services.AddSingleton<HardwareService>();
        services.AddSingleton<PoolQueryService>();
        services.AddSingleton<IReconciler, PoolReconciler>();
        return services;
    }
}

using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Hardware.Lending;
using Portal.Core.Reconciliation;
using Portal.Core.Workloads;

namespace Portal.Core.Hardware;

internal static class HardwareServices
{
    /// <summary>Adds the use cases of hardware pools and what carries them out.</summary>
    public static IServiceCollection AddHardware(this IServiceCollection services)
    {
        services.AddSingleton<HardwareService>();
        services.AddSingleton<PoolRemovalService>();
        services.AddSingleton<PoolQueryService>();
        services.AddSingleton<LendingHolders>();
        services.AddSingleton<LendingService>();
        services.AddSingleton<LendingChangePreview>();
        services.AddSingleton<PoolUsageFeed>();
        services.AddSingleton<IAcceleratorOffers, GrantedAccelerators>();
        services.AddSingleton<IReconciler, PoolReconciler>();
        return services;
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Data;
using Portal.Core.Reconciliation;

namespace Portal.Infrastructure.Reconciliation;

/// <summary>Registers the loops that carry rows out.</summary>
public static class ReconciliationServices
{
    /// <summary>Adds the work queues, the lease and the hosted workers for every registered <see cref="IReconciler"/>.</summary>
    public static IServiceCollection AddPortalReconciliation(this IServiceCollection services, ReconciliationOptions? options = null)
    {
        var chosen = options ?? new ReconciliationOptions();
        services.AddSingleton(chosen);
        services.AddSingleton(s => new LeaderElector(
            s.GetRequiredService<IDbContextFactory<PortalDb>>(), s.GetRequiredService<TimeProvider>(),
            $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}", chosen.Lease));
        services.AddSingleton<ReconcileMeter>();
        services.AddSingleton<ReconcileLanes>();
        services.AddHostedService<ReconcileHost>();
        return services;
    }
}

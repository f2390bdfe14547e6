using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Core.Projects;

namespace Portal.Core.Reconciliation;

internal static class ReconciliationServices
{
    /// <summary>What carries projects out; each feature registers its own reconciler beside its services.</summary>
    public static IServiceCollection AddReconciliation(this IServiceCollection services)
    {
        services.TryAddSingleton(new ProjectClusterOptions());
        services.AddSingleton<ProjectPlanner>();
        services.AddSingleton<ProjectSteps>();
        services.AddSingleton<IReconciler, ProjectReconciler>();
        services.AddSingleton<LeaseFence>();
        return services;
    }
}

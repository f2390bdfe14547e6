using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Idempotency;
using Portal.Core.Monitoring;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Reconciliation;
using Portal.Core.Teams;
using Portal.Core.Tokens;
using Portal.Core.Workloads;

namespace Portal.Core;

/// <summary>Registers the use cases.</summary>
public static class CoreServices
{
    /// <summary>Adds every service of the domain; the database factory and the cluster client come from outside.</summary>
    public static IServiceCollection AddPortalCore(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IChangeFeed, ChangeFeed>();
        services.AddSingleton<AccessGate>();
        services.AddSingleton<SetupService>();
        services.AddSingleton<AccountService>();
        services.AddSingleton<AuditService>();
        services.AddSingleton<GuardedChange>();
        services.AddSingleton<DisputeBook>();
        services.AddSingleton<DisputeService>();
        services.AddSingleton<DisputeQueryService>();
        services.AddClusters();
        services.AddPeople();
        services.AddTeams();
        services.AddProjects();
        services.AddHardware();
        services.AddQuotas();
        services.AddMonitoring();
        services.AddReconciliation();
        services.AddWorkloads();
        services.AddSingleton<ApiTokenService>();
        services.AddSingleton<IdempotencyStore>();
        return services;
    }
}

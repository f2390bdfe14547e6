using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Idempotency;
using Portal.Core.Projects;
using Portal.Core.Tokens;

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
        services.AddSingleton<ProjectService>();
        services.TryAddSingleton<IProjectGrants, NoProjectGrants>();
        services.AddSingleton<ApiTokenService>();
        services.AddSingleton<IdempotencyStore>();
        return services;
    }
}

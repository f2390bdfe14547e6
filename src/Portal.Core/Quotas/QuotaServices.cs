using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Projects;

namespace Portal.Core.Quotas;

internal static class QuotaServices
{
    /// <summary>Adds the use cases of quota requests.</summary>
    public static IServiceCollection AddQuotas(this IServiceCollection services)
    {
        services.AddSingleton<QuotaService>();
        services.AddSingleton<QuotaDecisionService>();
        services.AddSingleton<QuotaQueryService>();
        services.AddSingleton<QuotaChangePreview>();
        services.AddSingleton<UsageSampler>();
        services.AddSingleton<IProjectGrants, ProjectGrants>();
        return services;
    }
}

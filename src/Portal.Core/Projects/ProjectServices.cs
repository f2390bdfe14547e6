using Microsoft.Extensions.DependencyInjection;

namespace Portal.Core.Projects;

/// <summary>Registers the use cases of projects.</summary>
public static class ProjectServices
{
    /// <summary>Adds them; <see cref="IProjectGrants"/> comes from whoever grants accelerators.</summary>
    public static IServiceCollection AddProjects(this IServiceCollection services)
    {
        services.AddSingleton<ProjectService>();
        services.AddSingleton<ProjectQueryService>();
        services.AddSingleton<ProjectMembersService>();
        services.AddSingleton<ProjectLifecycleService>();
        services.AddSingleton<ProjectObjectsService>();
        services.AddSingleton<ClusterDryRun>();
        services.AddSingleton<ProjectChangePreview>();
        return services;
    }
}

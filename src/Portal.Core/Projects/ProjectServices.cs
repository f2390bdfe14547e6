using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Portal.Core.Projects;

/// <summary>Registers the use cases of projects.</summary>
public static class ProjectServices
{
    /// <summary>Adds them; whoever grants accelerators registers its <see cref="IProjectGrants"/> over the default of none.</summary>
    public static IServiceCollection AddProjects(this IServiceCollection services)
    {
        services.TryAddSingleton<IProjectGrants, NoProjectGrants>();
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

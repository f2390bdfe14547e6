using Microsoft.Extensions.DependencyInjection;

namespace Portal.Core.Teams;

/// <summary>Registers the use cases of teams.</summary>
public static class TeamServices
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddTeams(this IServiceCollection services)
    {
        services.AddSingleton<TeamService>();
        services.AddSingleton<TeamQueryService>();
        services.AddSingleton<TeamMembersService>();
        return services;
    }
}

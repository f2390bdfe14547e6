using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Data;

namespace Portal.Infrastructure.Identity;

/// <summary>Local accounts on ASP.NET Core Identity, stored as <see cref="Person"/> rows.</summary>
public static class IdentityServices
{
    /// <summary>Adds the user store, password rules and lock-out.</summary>
    public static IServiceCollection AddPortalIdentity(this IServiceCollection services)
    {
        // Identity asks for a context of the request; everything else of the portal opens its own.
        services.AddScoped(p => p.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContext());
        services.AddIdentityCore<Person>(options =>
        {
            options.Password.RequiredLength = 12;
            options.Password.RequireDigit = false;
            options.Password.RequireLowercase = false;
            options.Password.RequireUppercase = false;
            options.Password.RequireNonAlphanumeric = false;
            options.Password.RequiredUniqueChars = 5;
            options.Lockout.MaxFailedAccessAttempts = 5;
            options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            options.User.RequireUniqueEmail = false;
        })
            .AddUserStore<UserOnlyStore<Person, PortalDb, Guid>>()
            .AddDefaultTokenProviders();
        return services;
    }
}

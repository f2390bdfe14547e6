using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Portal.Core.Access;

/// <summary>Registers the use cases of accounts.</summary>
public static class PeopleServices
{
    /// <summary>Adds them, with Identity's way of hashing passwords and comparing names.</summary>
    public static IServiceCollection AddPeople(this IServiceCollection services)
    {
        services.AddOptions();
        services.TryAddSingleton<IPasswordHasher<Person>, PasswordHasher<Person>>();
        services.TryAddSingleton<ILookupNormalizer, UpperInvariantLookupNormalizer>();
        services.AddSingleton<PeopleService>();
        return services;
    }
}

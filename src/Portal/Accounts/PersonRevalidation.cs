using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Portal.Core.Access;

namespace Portal.Accounts;

/// <summary>Looks once a minute whether the person of a circuit may still be here, and signs the circuit out when not.</summary>
internal sealed class PersonRevalidation(ILoggerFactory loggers, IServiceScopeFactory scopes, IOptions<IdentityOptions> options)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(60);

    protected override async Task<bool> ValidateAuthenticationStateAsync(
        AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        var principal = authenticationState.User;
        return await people.GetUserAsync(principal) is { Disabled: false } person
            && principal.FindFirstValue(options.Value.ClaimsIdentity.SecurityStampClaimType) == person.SecurityStamp;
    }
}

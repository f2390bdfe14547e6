using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Portal.Api;
using Portal.Core.Access;

namespace Portal.Accounts;

/// <summary>
/// The person in front of a page. <see cref="PersonRevalidation"/> pins it for the life of its circuit: a cookie that is exchanged
/// underneath makes nobody of them, and nobody may do nothing.
/// </summary>
public sealed class CurrentActor(AuthenticationStateProvider states)
{
    private static readonly Actor Nobody = new(Guid.Empty, "");

    /// <summary>Who asks; pass it to services.</summary>
    public async ValueTask<Actor> GetAsync() =>
        await PrincipalAsync() is { Identity.IsAuthenticated: true } principal ? principal.Actor() : Nobody;

    /// <summary>The name that others see.</summary>
    public async ValueTask<string> DisplayNameAsync()
    {
        var principal = await PrincipalAsync();
        return principal.FindFirstValue(PersonClaims.DisplayName) ?? principal.Identity?.Name ?? "";
    }

    /// <summary>The platform role at sign-in; for hiding what can never be done, not for deciding.</summary>
    public async ValueTask<PlatformRole> RoleAsync() =>
        Enum.TryParse<PlatformRole>((await PrincipalAsync()).FindFirstValue(ClaimTypes.Role), out var role)
            ? role
            : PlatformRole.Scientist;

    private async ValueTask<ClaimsPrincipal> PrincipalAsync() => (await states.GetAuthenticationStateAsync()).User;
}

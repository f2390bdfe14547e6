using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Api;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;

namespace Portal.Accounts;

/// <summary>
/// Who a circuit belongs to. The first person stays it: a reconnect brings whatever cookie the browser has by then, and
/// somebody else's signs the circuit out. Once a minute, and at once when the account changes, it looks whether the person may still be here.
/// </summary>
internal sealed class PersonRevalidation(
    ILoggerFactory loggers, IServiceScopeFactory scopes, IOptions<IdentityOptions> options, IDbContextFactory<PortalDb> databases)
    : RevalidatingServerAuthenticationStateProvider(loggers), IHostEnvironmentAuthenticationStateProvider
{
    private static readonly AuthenticationState Nobody = new(new ClaimsPrincipal(new ClaimsIdentity()));

    private ClaimsPrincipal? _first;

    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(60);

    /// <summary>Looks now, and signs the circuit out when its person may not be here any more.</summary>
    public async Task CheckAsync(CancellationToken ct)
    {
        var state = await GetAuthenticationStateAsync();
        if (state.User.Identity is { IsAuthenticated: true } && !await ValidateAuthenticationStateAsync(state, ct))
            SetAuthenticationState(Task.FromResult(Nobody));
    }

    // The framework calls it through the interface: when a circuit starts, and with the cookie of each reconnect.
    void IHostEnvironmentAuthenticationStateProvider.SetAuthenticationState(Task<AuthenticationState> authenticationStateTask) =>
        SetAuthenticationState(PinAsync(authenticationStateTask));

    protected override async Task<bool> ValidateAuthenticationStateAsync(
        AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        var principal = authenticationState.User;
        return await people.GetUserAsync(principal) is { Disabled: false } person
            && principal.FindFirstValue(options.Value.ClaimsIdentity.SecurityStampClaimType) == person.SecurityStamp;
    }

    private async Task<AuthenticationState> PinAsync(Task<AuthenticationState> given)
    {
        var state = await given;
        _first ??= state.User;
        if (IdOf(_first) == IdOf(state.User))
            return state;
        if (IdOf(_first) is not null)
            await AuditAsync(_first.Actor(), IdOf(state.User));
        return Nobody;
    }

    private async Task AuditAsync(Actor first, string? other)
    {
        await using var db = await databases.CreateDbContextAsync();
        db.Audit(new AuditRecord(first, "person.identity_changed", "person", first.Id) { Denied = true, Details = { ["other"] = other } });
        await db.SaveChangesAsync();
    }

    private static string? IdOf(ClaimsPrincipal user) => user.FindFirstValue(ClaimTypes.NameIdentifier);
}

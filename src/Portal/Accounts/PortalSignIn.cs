using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;

namespace Portal.Accounts;

/// <summary>Signs people in by password, refuses disabled ones, and audits both outcomes.</summary>
public sealed class PortalSignIn(
    UserManager<Person> people,
    IHttpContextAccessor http,
    IUserClaimsPrincipalFactory<Person> claims,
    IOptions<IdentityOptions> options,
    ILogger<SignInManager<Person>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<Person> confirmation,
    PortalDb db) : SignInManager<Person>(people, http, claims, options, logger, schemes, confirmation)
{
    /// <inheritdoc/>
    public override async Task<bool> CanSignInAsync(Person user) => !user.Disabled && await base.CanSignInAsync(user);

    /// <inheritdoc/>
    public override async Task<Person?> ValidateSecurityStampAsync(ClaimsPrincipal? principal) =>
        await base.ValidateSecurityStampAsync(principal) is { Disabled: false } person ? person : null;

    /// <inheritdoc/>
    public override async Task<SignInResult> PasswordSignInAsync(
        string userName, string password, bool isPersistent, bool lockoutOnFailure)
    {
        var person = await UserManager.FindByNameAsync(userName);
        if (person is null)
        {
            // As much work as for a person who exists, so that the time does not tell who does.
            UserManager.PasswordHasher.HashPassword(new Person(), password);
            return SignInResult.Failed;
        }
        var result = await PasswordSignInAsync(person, password, isPersistent, lockoutOnFailure);
        db.Audit(new AuditRecord(new Actor(person.Id, person.UserName!), result.Succeeded ? "person.signed_in" : "person.sign_in_refused",
            "person", person.Id)
        {
            Denied = !result.Succeeded,
            Details = result.IsLockedOut ? new() { ["lockedOut"] = true } : person.Disabled ? new() { ["disabled"] = true } : [],
        });
        await db.SaveChangesAsync(Context.RequestAborted);
        return result;
    }
}

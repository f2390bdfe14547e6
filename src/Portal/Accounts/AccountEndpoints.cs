using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;

namespace Portal.Accounts;

/// <summary>What has to be an ordinary form post because it changes the cookie. Antiforgery is checked on each.</summary>
internal static class AccountEndpoints
{
    public static void MapPortalAccounts(this WebApplication app)
    {
        var group = app.MapGroup("/account").RequireAuthorization().ExcludeFromDescription();
        group.MapPost("/sign-out", SignOutAsync);
        group.MapPost("/password", ChangePasswordAsync);
    }

    private static async Task<IResult> SignOutAsync(SignInManager<Person> signIn, [FromForm] string? again)
    {
        _ = again;
        await signIn.SignOutAsync();
        return Results.LocalRedirect("/sign-in");
    }

    private static async Task<IResult> ChangePasswordAsync(
        HttpContext context, SignInManager<Person> signIn, PortalDb db,
        [FromForm] string current, [FromForm] string next, [FromForm] string repeat)
    {
        if (next != repeat)
            return Back("different");
        var person = await signIn.UserManager.GetUserAsync(context.User);
        if (person is null)
            return Results.Unauthorized();
        db.Audit(new AuditRecord(new Actor(person.Id, person.UserName!), "person.password_changed", "person", person.Id));
        var result = await signIn.UserManager.ChangePasswordAsync(person, current, next);
        if (!result.Succeeded)
            return Back(result.Errors.Any(e => e.Code == nameof(IdentityErrorDescriber.PasswordMismatch)) ? "wrong" : "weak");
        await signIn.RefreshSignInAsync(person);
        return Back("changed");
    }

    private static IResult Back(string outcome) => Results.LocalRedirect($"/account?password={outcome}");
}

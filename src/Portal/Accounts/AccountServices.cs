using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Identity;
using Portal.Core.Access;
using Portal.Hosting;

namespace Portal.Accounts;

/// <summary>Cookies, policies and the person of a circuit.</summary>
internal static class AccountServices
{
    public static void AddPortalAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        services.ConfigureApplicationCookie(cookie =>
        {
            cookie.Cookie.Name = "portal.session";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = TimeSpan.FromHours(9);
            cookie.SlidingExpiration = true;
            cookie.LoginPath = "/sign-in";
            cookie.ReturnUrlParameter = "returnUrl";
            cookie.AccessDeniedPath = "/forbidden";
            cookie.Events.OnRedirectToLogin = context => Redirect(context, StatusCodes.Status401Unauthorized);
            cookie.Events.OnRedirectToAccessDenied = context => Redirect(context, StatusCodes.Status403Forbidden);
        });
        services.Configure<SecurityStampValidatorOptions>(stamp => stamp.ValidationInterval = TimeSpan.FromMinutes(1));
        services.AddScoped<IUserClaimsPrincipalFactory<Person>, PersonClaims>();
        services.AddScoped<SignInManager<Person>, PortalSignIn>();
        services.AddScoped<ISecurityStampValidator, SecurityStampValidator<Person>>();
        services.AddScoped<ITwoFactorSecurityStampValidator, TwoFactorSecurityStampValidator<Person>>();
        services.AddScoped<AuthenticationStateProvider, PersonRevalidation>();
        services.AddScoped<CurrentActor>();
        services.AddSingleton(configuration.GetSection("Circuits").Get<CircuitLimits>() ?? new CircuitLimits());
        services.AddSingleton<OpenCircuits>();
        services.AddScoped<CircuitHandler, PersonCircuit>();
        services.AddSingleton<SignInThrottle>();
        services.AddCascadingAuthenticationState();
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    // Who asks for a page, or for the portal's bare address, is sent to the form; a program, a script or a socket is told the status.
    private static Task Redirect(
        Microsoft.AspNetCore.Authentication.RedirectContext<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions> context,
        int status)
    {
        var request = context.Request;
        var isBare = request.Path == "/" && context.HttpContext.RequestServices.GetRequiredService<PortalSettings>().ServesPeople;
        if (HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
            && (isBare || request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)))
            context.Response.Redirect(context.RedirectUri);
        else
            context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}

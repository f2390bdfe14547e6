using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.Localization;
using Portal.Accounts;
using Portal.Core.Access;
using Portal.Hosting;

namespace Portal.Components.Pages.Account;

/// <summary>The sign-in form: a plain post, because only an ordinary answer can set the cookie.</summary>
public partial class SignIn
{
    private string? _problem;

    [CascadingParameter]
    private HttpContext Http { get; set; } = default!;

    [SupplyParameterFromForm]
    private SignInForm? Form { get; set; }

    [SupplyParameterFromQuery]
    private string? ReturnUrl { get; set; }

    [Inject]
    private SignInManager<Person> Accounts { get; set; } = default!;

    [Inject]
    private SignInThrottle Throttle { get; set; } = default!;

    [Inject]
    private NavigationManager Navigator { get; set; } = default!;

    [Inject]
    private PortalSettings Settings { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Account> W { get; set; } = default!;

    [Inject]
    private IStringLocalizer<Resources.Shell> S { get; set; } = default!;

    protected override void OnInitialized() => Form ??= new SignInForm();

    private static string Pressed(string language) => CultureInfo.CurrentUICulture.Name == language ? "true" : "false";

    private async Task SubmitAsync()
    {
        var address = Http.Connection.RemoteIpAddress;
        if (!Throttle.TryBegin(address))
        {
            Http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            Http.Response.Headers.RetryAfter = SignInThrottle.Window.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            _problem = "signin.too_many";
            return;
        }
        var userName = Form?.UserName?.Trim() ?? "";
        var result = await Accounts.PasswordSignInAsync(userName, Form?.Password ?? "", isPersistent: false, lockoutOnFailure: true);
        if (!result.Succeeded)
        {
            _problem = result.IsLockedOut ? "signin.locked" : result.IsNotAllowed ? "signin.disabled" : "signin.failed";
            return;
        }
        Throttle.Succeeded(address);
        if ((await Accounts.UserManager.FindByNameAsync(userName))?.Language is { } language)
        {
            Http.Response.Cookies.Append("portal.culture", CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language)),
                new CookieOptions { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax });
        }
        Navigator.NavigateTo(IsOwn(ReturnUrl) ? ReturnUrl! : "/", forceLoad: true);
    }

    // Only a path of this portal: "//elsewhere" and "/\elsewhere" are other hosts to a browser.
    private static bool IsOwn(string? url) =>
        url is ['/', ..] && (url.Length == 1 || (url[1] != '/' && url[1] != '\\')) && !url.Any(char.IsControl);
}

/// <summary>What the form sends.</summary>
public sealed class SignInForm
{
    public string? UserName { get; set; }

    public string? Password { get; set; }
}

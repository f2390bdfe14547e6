using Microsoft.Playwright;
using Portal.EndToEnd.Tests.Browser;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Account;

public class SignInTests(PortalBrowser browser)
{
    [Theory]
    [InlineData("en-US", "User name", "Password", "Sign in", "Home")]
    [InlineData("zh-CN", "用户名", "密码", "登录", "首页")]
    public async Task SignIn_WithThePassword_LeadsBackToWhereOneWanted(string language, string user, string password, string submit, string home)
    {
        await using var window = await browser.OpenAsync(null, language);
        await window.Page.GotoAsync("/");

        await window.Page.GetByLabel(user, new() { Exact = true }).FillAsync("scientist");
        await window.Page.GetByLabel(password, new() { Exact = true }).FillAsync(browser.Portal.PasswordOf("scientist"));
        await window.ShouldBeSoundAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = submit, Exact = true }).ClickAsync();

        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(home);
    }

    [Fact]
    public async Task SignIn_ToAnotherSite_StaysHere()
    {
        await using var window = await browser.OpenAsync(null);
        await window.Page.GotoAsync("/sign-in?returnUrl=//example.com/");

        await SubmitAsync(window, "lead", browser.Portal.PasswordOf("lead"));

        await Expect(window.Page).ToHaveURLAsync(browser.Portal.Address.ToString());
    }

    [Fact]
    public async Task SignIn_AfterFiveWrongPasswords_SaysThatTheAccountIsLocked()
    {
        await browser.PersonAsync("locked-out");
        await using var window = await browser.OpenAsync(null);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await window.Page.GotoAsync("/sign-in");
            await SubmitAsync(window, "locked-out", "not the password");
            await Expect(window.Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        }

        await window.Page.GotoAsync("/sign-in");
        await SubmitAsync(window, "locked-out", PortalPage.Password);

        await Expect(window.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("locked");
    }

    [Fact]
    public async Task SignOut_FromTheMenu_EndsTheSession()
    {
        await using var window = await browser.OpenAsync("auditor");
        await window.GoAsync("/");

        await window.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Account of") }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();

        await Expect(window.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/sign-in"));
        await window.Page.GotoAsync("/audit");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Sign in");
    }

    private static async Task SubmitAsync(PortalPage window, string account, string password)
    {
        await window.Page.GetByLabel("User name").FillAsync(account);
        await window.Page.GetByLabel("Password").FillAsync(password);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }
}

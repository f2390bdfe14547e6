using System.Net;
using System.Net.Http.Headers;
using Microsoft.Playwright;
using Portal.EndToEnd.Tests.Browser;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Account;

public class TokenTests(PortalBrowser browser)
{
    [Fact]
    public async Task Token_MadeOnTheAccountPage_OpensTheApiUntilRevoked()
    {
        await using var window = await browser.OpenAsync("admin");
        await window.GoAsync("/account");
        await window.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("evidence export");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Make a token" }).ClickAsync();
        var shown = window.Page.GetByRole(AriaRole.Status).Locator("code");
        await Expect(shown).ToBeVisibleAsync();
        var token = await shown.InnerTextAsync();
        await window.ShouldBeSoundAsync();

        Assert.Equal(HttpStatusCode.OK, await AskAsync(token));
        await window.GoAsync("/account");
        await Expect(window.Page.GetByText(token)).ToHaveCountAsync(0);
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Revoke the token evidence export" }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(window.Page.GetByText("evidence export")).ToHaveCountAsync(0);

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(token));
    }

    private async Task<HttpStatusCode> AskAsync(string token)
    {
        using var client = browser.Portal.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.GetAsync("/api/v1/tokens", TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}

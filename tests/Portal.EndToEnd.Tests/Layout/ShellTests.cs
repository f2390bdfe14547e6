using Microsoft.Playwright;
using Portal.EndToEnd.Tests.Browser;
using Portal.Testing.Waiting;
using Portal.Testing.Web;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Layout;

public class ShellTests(PortalBrowser browser)
{
    [Fact]
    public async Task Palette_ByKeyboard_LeadsToAPage()
    {
        await using var window = await browser.OpenAsync("admin");
        await window.GoAsync("/");

        await window.Page.Keyboard.PressAsync("Control+k");
        var input = window.Page.GetByRole(AriaRole.Combobox);
        await Expect(input).ToBeFocusedAsync();
        await window.Page.Keyboard.TypeAsync("audit");
        await Expect(window.Page.GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
        await window.ShouldBeSoundAsync();
        await window.Page.Keyboard.PressAsync("Enter");

        await Expect(window.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/audit$"));
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Focus_ByKeyboard_IsSeenOnEveryLinkAndButton()
    {
        await using var window = await browser.OpenAsync("scientist");
        await window.GoAsync("/");
        var unseen = new List<string>();
        for (var steps = 0; steps < 12; steps++)
        {
            await window.Page.Keyboard.PressAsync("Tab");
            // After the last one nothing has the focus, until it begins anew at the top.
            unseen.Add(await window.Page.EvaluateAsync<string>(
                "() => { const e = document.querySelector(':focus-visible'); return e && getComputedStyle(e).outlineStyle == 'none' ? e.outerHTML.slice(0, 80) : ''; }"));
        }

        unseen.RemoveAll(u => u.Length == 0);
        Assert.Empty(unseen);
    }

    [Fact]
    public async Task Tabs_InANarrowWindow_AreAllInIt()
    {
        await browser.SampleAsync();
        await using var window = await browser.OpenAsync("scientist", width: 768);
        await window.GoAsync($"/projects/{SampleTrial.Project}");
        await Expect(window.Page.Locator(".tab").Last).ToBeVisibleAsync();

        Assert.True(await window.Page.EvaluateAsync<bool>("() => [...document.querySelectorAll('.tab')].every(t => t.getBoundingClientRect().right <= 768)"));
    }

    [Fact]
    public async Task Dialog_Escape_ClosesItAndDoesNothing()
    {
        await browser.SampleAsync();
        await using var window = await browser.OpenAsync("scientist");
        await window.GoAsync($"/projects/{SampleTrial.Project}/settings");

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Archive" }).ClickAsync();
        var dialog = window.Page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Archive" })).ToBeVisibleAsync();

        // What is pressed before the page listens is lost.
        await Eventually.TrueAsync(async () =>
        {
            await window.Page.Keyboard.PressAsync("Escape");
            return await dialog.CountAsync() == 0;
        }, "the dialog closed");
        await Expect(window.Page.GetByRole(AriaRole.Button, new() { Name = "Archive" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Theme_WhenChosen_StaysAfterReload()
    {
        await using var window = await browser.OpenAsync("scientist");
        await window.GoAsync("/");

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Theme" }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Dark" }).ClickAsync();
        await Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await window.GoAsync("/");

        await Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
    }

    [Fact]
    public async Task Language_WhenChosen_ComesBackWithTheNextSignIn()
    {
        // The choice stays with the account, so it is one that no other test has.
        await browser.PersonAsync("linguist");
        await using var window = await browser.OpenAsync(null);
        await window.SignInAsync("linguist");

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Language" }).ClickAsync();
        await window.Page.GetByText("简体中文").ClickAsync();

        await Expect(window.Page.Locator("html")).ToHaveAttributeAsync("lang", "zh-Hans");
        await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("首页");
        await window.InteractiveAsync();
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "语言" }).ClickAsync();
        await window.Page.GetByText("English").ClickAsync();
        await Expect(window.Page.Locator("html")).ToHaveAttributeAsync("lang", "en");
    }

    [Fact]
    public async Task Navigation_Folded_StaysFolded()
    {
        await using var window = await browser.OpenAsync("scientist");
        await window.GoAsync("/");

        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Fold or unfold the navigation" }).ClickAsync();
        await window.GoAsync("/account");

        await Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-nav", "folded");
    }

    [Fact]
    public async Task SkipLink_ByKeyboard_MovesIntoTheContent()
    {
        await using var window = await browser.OpenAsync("scientist");
        await window.GoAsync("/");

        var skip = window.Page.GetByText("Skip to content");
        await skip.FocusAsync();
        await window.Page.Keyboard.PressAsync("Enter");

        await Expect(window.Page.Locator("#main")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Navigation_OfEveryRole_LeadsToPagesThatExist()
    {
        foreach (var account in new[] { "scientist", "lead", "admin", "auditor" })
        {
            await using var window = await browser.OpenAsync(account);
            await window.GoAsync("/");
            var links = await window.Page.Locator(".side-nav a").EvaluateAllAsync<string[]>("all => all.map(a => a.getAttribute('href'))");
            foreach (var link in links)
            {
                var answer = await window.Page.GotoAsync(link);
                Assert.Equal(200, answer!.Status);
                await Expect(window.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).Not.ToHaveTextAsync("Not for your role");
            }
        }
    }
}

using Microsoft.Playwright;
using Portal.EndToEnd.Tests.Browser;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Projects;

/// <summary>From nothing to a usable project, through the browser, on the embedded cluster.</summary>
public class OnboardingTests(PortalBrowser browser)
{
    private const int Patience = 60_000;

    [Fact]
    public async Task Project_FromTeamToReadyToGone_IsShownLive()
    {
        var mark = Guid.NewGuid().ToString("N")[..6];
        await using (var admin = await browser.OpenAsync("admin"))
            await MakeTeamAsync(admin, "Team " + mark);

        await using var window = await browser.OpenAsync("scientist");
        var page = window.Page;
        await window.GoAsync("/projects/new");
        await page.GetByLabel("Name").FillAsync("Fraud " + mark);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create project" }).ClickAsync();

        // Nothing is reloaded: the steps turn by themselves.
        await window.AtOneOfAsync("projects");
        var address = new Uri(page.Url).AbsolutePath;
        var steps = page.Locator("ol.steps > li");
        await Expect(steps).ToHaveCountAsync(6);
        await Expect(steps.GetByText("Done")).ToHaveCountAsync(6, new() { Timeout = Patience });
        await Expect(page.GetByText("Ready", new() { Exact = true })).ToBeVisibleAsync(new() { Timeout = Patience });
        await window.ShouldBeSoundAsync();
        await window.PictureAsync("project-overview");

        await page.GetByRole(AriaRole.Link, new() { Name = "Resources", Exact = true }).ClickAsync();
        await Expect(page.GetByText("ResourceQuota", new() { Exact = true })).ToBeVisibleAsync();
        await window.ShouldBeSoundAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Members", Exact = true }).ClickAsync();
        await page.GetByLabel("User names or mail addresses").FillAsync("auditor, nobody-" + mark);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add (2)" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Nobody was changed" })).ToBeVisibleAsync();
        await page.GetByLabel("User names or mail addresses").FillAsync("auditor");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add (1)" }).ClickAsync();
        await Expect(page.GetByText("Members: 2")).ToBeVisibleAsync();
        await window.ShouldBeSoundAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Settings", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel($"Type Fraud {mark} to confirm").FillAsync("Fraud " + mark);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();

        // The list is where one is taken; the project's own address is of nothing any more.
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Projects", Exact = true })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Fraud " + mark })).ToHaveCountAsync(0, new() { Timeout = Patience });
        await window.GoAsync(address);
        await Expect(page.GetByText("There is nothing here")).ToBeVisibleAsync();
        await Expect(page.GetByText("There is no such project")).ToBeVisibleAsync();
        await window.ShouldBeSoundAsync();
    }

    private static async Task MakeTeamAsync(PortalPage admin, string name)
    {
        await admin.GoAsync("/teams/new");
        await admin.Page.GetByLabel("Name").FillAsync(name);
        await admin.Page.GetByLabel("Leads").FillAsync("lead");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Create team" }).ClickAsync();
        await Expect(admin.Page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
        await admin.Page.GetByLabel("User names or mail addresses").FillAsync("scientist");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Add (1)" }).ClickAsync();
        await Expect(admin.Page.GetByText("Trial scientist")).ToBeVisibleAsync();
        await admin.ShouldBeSoundAsync();
    }
}

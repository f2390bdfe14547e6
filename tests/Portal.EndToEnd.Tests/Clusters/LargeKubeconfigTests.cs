using Microsoft.Playwright;
using Portal.EndToEnd.Tests.Browser;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Clusters;

/// <summary>Kubeconfigs of people who have many clusters, and files that are none, pasted into the form.</summary>
public class LargeKubeconfigTests(PortalBrowser browser)
{
    // Nothing ever listens there.
    private const string Server = "https://127.0.0.1:1";

    [Fact]
    public async Task Kubeconfig_PastedLargeAndFarTooLarge_IsReadOrRefusedAndThePageGoesOn()
    {
        await using var window = await browser.OpenAsync("admin");
        await window.GoAsync("/clusters/new");
        await window.Page.GetByLabel("Name").FillAsync("Pasted");

        await SendAsync(window.Page, Kubeconfig(40 * 1024));
        await Expect(window.Page.GetByText($"Nothing listens at {Server}.")).ToBeVisibleAsync();
        await SendAsync(window.Page, new string('a', 5 * 1024 * 1024));
        await Expect(window.Page.GetByText("A kubeconfig may have 256 KiB, and this one is larger.")).ToBeVisibleAsync();
        await SendAsync(window.Page, "just a text");

        await Expect(window.Page.GetByText("This is no kubeconfig")).ToBeVisibleAsync();
        await window.ShouldBeSoundAsync();
    }

    private static async Task SendAsync(IPage page, string text)
    {
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Kubeconfig" }).FocusAsync();
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.InsertTextAsync(text);
        await page.Keyboard.PressAsync("Tab");
        await page.GetByRole(AriaRole.Button, new() { Name = "Register a cluster" }).ClickAsync();
    }

    // The user comes last: a text that was cut on its way names none.
    private static string Kubeconfig(int size)
    {
        var head = $"contexts: [{{name: a, context: {{cluster: c, user: u}}}}]\nclusters: [{{name: c, cluster: {{server: '{Server}'}}}}]\n";
        const string Tail = "users: [{name: u, user: {token: abc}}]\n";
        const string Line = "# somebody noted something about one of the many other clusters\n";
        return head + string.Concat(Enumerable.Repeat(Line, (size - head.Length - Tail.Length) / Line.Length)) + Tail;
    }
}

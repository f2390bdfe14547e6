using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Portal.Testing.Waiting;

namespace Portal.EndToEnd.Tests.Browser;

/// <summary>A browser window on the portal. What it refuses under the content security policy and what scripts throw is noted.</summary>
public sealed class PortalPage : IAsyncDisposable
{
    /// <summary>Of the accounts that tests make for themselves.</summary>
    public const string Password = "correct-horse-battery";

    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    internal PortalPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
                _complaints.Add(message.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
    }

    public IPage Page { get; }

    /// <summary>Goes to an address and waits until the page answers to clicks.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await InteractiveAsync();
    }

    /// <summary>Waits until the circuit is there. By selector, since waiting for a script expression needs what our policy forbids.</summary>
    public async Task InteractiveAsync() => await Page.Locator("html[data-ready]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    /// <summary>
    /// Waits until the address is that of one thing of a place, <c>projects</c> for one. It is looked at again and again: the
    /// driver's own wait for a navigation misses the one that happens while that wait begins, and then waits for another.
    /// </summary>
    public Task AtOneOfAsync(string place) =>
        Assertions.Expect(Page).ToHaveURLAsync(new Regex($"/{place}/[0-9a-f-]{{36}}$", RegexOptions.None, TimeSpan.FromSeconds(1)));

    /// <summary>Chooses a file once the field listens: it is told of its choice by a script that comes after the page is drawn.</summary>
    public static async Task ChooseFileAsync(ILocator field, FilePayload file)
    {
        await Eventually.TrueAsync(() => field.EvaluateAsync<bool>("e => '_blazorInputFileNextFileId' in e"), "the field for a file listens");
        await field.SetInputFilesAsync(file);
    }

    /// <summary>Signs in by the form, as an account that a test made for itself.</summary>
    public async Task SignInAsync(string account)
    {
        await Page.GotoAsync("/sign-in");
        await Page.Locator("#user").FillAsync(account);
        await Page.Locator("#password").FillAsync(Password);
        await Page.Locator("button[type=submit]").ClickAsync();
        await InteractiveAsync();
    }

    /// <summary>Runs axe with every rule on, and looks whether the browser had to refuse anything.</summary>
    public async Task ShouldBeSoundAsync()
    {
        var result = await Page.RunAxe();
        Assert.True(result.Violations.Length == 0, Page.Url + "\n" + string.Join('\n', result.Violations.Select(v =>
            $"{v.Id} ({v.Impact}): {v.Help}\n" + string.Join('\n', v.Nodes.Take(5).Select(n => "    " + n.Html)))));
        var complaints = _complaints.ToArray();
        _complaints.Clear();
        Assert.Empty(complaints);
    }

    /// <summary>The page itself never scrolls sideways; wide tables have scroll areas of their own.</summary>
    public async Task ShouldFitAsync()
    {
        var beyond = await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(beyond <= 0, $"{Page.Url}: the page is {beyond} px wider than the window");
    }

    /// <summary>Takes a picture into the folder that PORTAL_SCREENSHOTS names; does nothing without it.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("PORTAL_SCREENSHOTS") is { Length: > 0 } folder)
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _context.DisposeAsync();
}

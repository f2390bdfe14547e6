using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Playwright;
using Portal.EndToEnd.Tests.Browser;

namespace Portal.EndToEnd.Tests.Pages;

/// <summary>
/// Every page there is, with the sample in it: no axe rule broken, nothing refused by the browser, nothing wider than the
/// window. Each is seen twice; the two views differ in theme, width and language, and the pairs change from page to page.
/// </summary>
public class SoundPagesTests(PortalBrowser browser)
{
    // One window for all pages of a view: to open one costs more than to look at a page.
    public static TheoryData<string?, string, bool, int> Windows => [.. Views.Select(v => (v.Account, v.Language, v.Dark, v.Width)).Distinct()];

    private static IEnumerable<View> Views => PageList.All.Index().SelectMany(page =>
    {
        var (dark, chinese) = (page.Index % 2 == 1, page.Index % 4 >= 2);
        return new[]
        {
            new View(page.Index, page.Item.Account, page.Item.Path, Language(chinese), dark, 1280),
            new View(page.Index, page.Item.Account, page.Item.Path, Language(!chinese), !dark, 768),
        };
    });

    [Theory, MemberData(nameof(Windows))]
    public async Task Pages_InEitherView_AreSound(string? account, string language, bool dark, int width)
    {
        var notebook = await browser.SampleAsync();
        await using var window = await browser.OpenAsync(account, language, dark, width);
        var unsound = new List<string>();
        foreach (var view in Views.Where(v => (v.Account, v.Language, v.Dark, v.Width) == (account, language, dark, width)))
        {
            var path = view.Path.Replace(PageList.Notebook, notebook.ToString(), StringComparison.Ordinal);
            try
            {
                await ShouldBeSoundAsync(window, path);
                await window.PictureAsync($"{view.Number:00}-{account ?? "nobody"}{path.Split('?')[0].Replace('/', '-')}-{language}-{(dark ? "dark" : "light")}");
            }
            catch (Exception e) when (e is Xunit.Sdk.IAssertionException or PlaywrightException)
            {
                unsound.Add($"{path}: {e.Message}");
            }
        }
        Assert.Empty(unsound);
    }

    [Fact]
    public void Page_OfEveryRoute_IsOnTheList()
    {
        var paths = PageList.All.Select(p => p.Path.Split('?')[0].Replace(PageList.Notebook, Guid.Empty.ToString(), StringComparison.Ordinal)).ToArray();

        var missing = PageList.Routes.Where(route => !paths.Any(path => Matches(route, path))).ToArray();

        Assert.Empty(missing);
    }

    private static async Task ShouldBeSoundAsync(PortalPage window, string path)
    {
        await window.Page.GotoAsync(path);
        // Pages without a circuit are there as they come; of the others the loaded content is meant.
        if (await window.Page.Locator("script[src*='blazor.web']").CountAsync() > 0)
            await window.InteractiveAsync();
        await window.Page.Locator("h1").First.WaitForAsync();
        await Assertions.Expect(window.Page.Locator(".loading")).ToHaveCountAsync(0);
        await window.ShouldBeSoundAsync();
        await window.ShouldFitAsync();
    }

    private static string Language(bool chinese) => chinese ? "zh-CN" : "en-US";

    private static bool Matches(string route, string path)
    {
        var template = TemplateParser.Parse(route.TrimStart('/'));
        return new TemplateMatcher(template, []).TryMatch(path, []) && template.Segments.Count == path.Trim('/').Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
    }

    private sealed record View(int Number, string? Account, string Path, string Language, bool Dark, int Width);
}

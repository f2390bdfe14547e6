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
    public static TheoryData<int, string?, string, string, bool, int> Views
    {
        get
        {
            var views = new TheoryData<int, string?, string, string, bool, int>();
            foreach (var (index, (account, path)) in PageList.All.Index())
            {
                var (dark, chinese) = (index % 2 == 1, index % 4 >= 2);
                views.Add(index, account, path, Language(chinese), dark, 1280);
                views.Add(index, account, path, Language(!chinese), !dark, 768);
            }
            return views;
        }
    }

    [Theory, MemberData(nameof(Views))]
    public async Task Page_InEitherView_IsSound(int number, string? account, string path, string language, bool dark, int width)
    {
        var notebook = await browser.SampleAsync();
        await using var window = await browser.OpenAsync(account, language, dark, width);
        path = path.Replace(PageList.Notebook, notebook.ToString(), StringComparison.Ordinal);

        await window.Page.GotoAsync(path);
        // Pages without a circuit are there as they come; of the others the loaded content is meant.
        if (await window.Page.Locator("script[src*='blazor.web']").CountAsync() > 0)
            await window.InteractiveAsync();
        await window.Page.Locator("h1").First.WaitForAsync();
        await Assertions.Expect(window.Page.Locator(".loading")).ToHaveCountAsync(0);

        await window.ShouldBeSoundAsync();
        await window.ShouldFitAsync();
        await window.PictureAsync($"{number:00}-{account ?? "nobody"}{path.Split('?')[0].Replace('/', '-')}-{language}-{(dark ? "dark" : "light")}");
    }

    [Fact]
    public void Page_OfEveryRoute_IsOnTheList()
    {
        var paths = PageList.All.Select(p => p.Path.Split('?')[0].Replace(PageList.Notebook, Guid.Empty.ToString(), StringComparison.Ordinal)).ToArray();

        var missing = PageList.Routes.Where(route => !paths.Any(path => Matches(route, path))).ToArray();

        Assert.Empty(missing);
    }

    private static string Language(bool chinese) => chinese ? "zh-CN" : "en-US";

    private static bool Matches(string route, string path)
    {
        var template = TemplateParser.Parse(route.TrimStart('/'));
        return new TemplateMatcher(template, []).TryMatch(path, []) && template.Segments.Count == path.Trim('/').Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
    }
}

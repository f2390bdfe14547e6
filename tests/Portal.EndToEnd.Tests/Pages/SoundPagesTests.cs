using Portal.EndToEnd.Tests.Browser;

namespace Portal.EndToEnd.Tests.Pages;

/// <summary>Every page without parameters, in both themes and at both widths: no axe rule broken, nothing refused by the browser.</summary>
public class SoundPagesTests(PortalBrowser browser)
{
    public static TheoryData<string, string, bool, int> Pages
    {
        get
        {
            var pages = new TheoryData<string, string, bool, int>();
            foreach (var (account, path) in new[]
            {
                ("scientist", "/"), ("scientist", "/account"), ("scientist", "/forbidden"), ("scientist", "/nowhere"), ("scientist", "/causes"), ("auditor", "/audit"),
                ("scientist", "/projects"), ("lead", "/projects/new"), ("scientist", "/quotas"), ("lead", "/approvals"), ("scientist", "/training"),
                ("scientist", "/monitoring"), ("lead", "/monitoring/new"), ("admin", "/hardware"), ("admin", "/hardware/new"), ("admin", "/teams"),
            })
            {
                pages.Add(account, path, false, 1280);
                pages.Add(account, path, true, 768);
            }
            return pages;
        }
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task Page_InEitherTheme_IsSound(string account, string path, bool dark, int width)
    {
        await using var window = await browser.OpenAsync(account, dark ? "zh-CN" : "en-US", dark, width);

        await window.GoAsync(path);

        await window.ShouldBeSoundAsync();
        await window.PictureAsync($"{account}{path.Replace('/', '-')}-{(dark ? "dark" : "light")}");
    }
}

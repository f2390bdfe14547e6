using Microsoft.Playwright;
using Portal.Testing.Web;

namespace Portal.EndToEnd.Tests.Browser;

/// <summary>The real portal with its embedded cluster, and the real Chromium of the distribution: both once for the assembly.</summary>
public sealed class PortalBrowser : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    // It must not look for its own services, and root has no sandbox.
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public RunningPortal Portal { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Chromium))
            return;
        Portal = await RunningPortal.StartAsync("Embedded");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = Flags });
    }

    /// <summary>A page in a browser of its own; signed in when an account is named. Skips the test where Chromium is missing.</summary>
    /// <param name="account">scientist, lead, admin or auditor; null for nobody.</param>
    public async Task<PortalPage> OpenAsync(string? account, string language = "en-US", bool dark = false, int width = 1280)
    {
        Assert.SkipWhen(_browser is null, "Chromium is not installed (package chromium).");
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = Portal.Address.ToString(),
            Locale = language,
            TimezoneId = "Asia/Shanghai",
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new() { Width = width, Height = 800 },
        });
        if (account is not null)
        {
            await context.AddCookiesAsync((await Portal.CookiesAsync(account))
                .Select(c => new Cookie { Name = c.Name, Value = c.Value, Url = Portal.Address.ToString() }));
        }
        return new PortalPage(context, await context.NewPageAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (Portal is not null)
            await Portal.DisposeAsync();
    }
}

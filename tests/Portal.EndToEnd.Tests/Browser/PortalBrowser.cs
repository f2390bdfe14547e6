using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Core.Access;
using Portal.Core.Notebooks;
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

    // Accelerators of their own for stories that make a pool: the sample takes the largest group of the standard nodes.
    private static readonly string[] MoreNodes =
    [
        .. Node(4, "trial-gpu-3", "Simulated-GPU-B", "4"), .. Node(5, "trial-gpu-4", "Simulated-GPU-C", "4"), .. Node(6, "trial-gpu-5", "Simulated-GPU-D", "2"),
    ];

    private readonly ConcurrentDictionary<string, Lazy<Task<CookieCollection>>> _cookies = new(StringComparer.Ordinal);
    private Lazy<Task<Guid>> _sample = null!;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public RunningPortal Portal { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Chromium))
            return;
        Portal = await RunningPortal.StartAsync("Embedded", sample: true, MoreNodes);
        _sample = new(MakeSampleAsync);
        _playwright = await Playwright.CreateAsync();
        // A deadline that only a broken page reaches: a cluster that is gone is told after half a minute, on a busy machine later.
        Assertions.SetDefaultExpectTimeout(90_000);
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = Flags });
    }

    /// <summary>A page in a browser of its own; signed in when an account is named. Skips the test where Chromium is missing.</summary>
    /// <param name="account">scientist, lead, admin or auditor; null for nobody.</param>
    /// <param name="at">Another portal than the assembly's.</param>
    public async Task<PortalPage> OpenAsync(
        string? account, string language = "en-US", bool dark = false, int width = 1280, RunningPortal? at = null)
    {
        Assert.SkipWhen(_browser is null, "Chromium is not installed (package chromium).");
        var portal = at ?? Portal;
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = portal.Address.ToString(),
            Locale = language,
            TimezoneId = "Asia/Shanghai",
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new() { Width = width, Height = 800 },
        });
        if (account is not null)
        {
            var cookies = _cookies.GetOrAdd($"{account}@{portal.Address}", _ => new(() => portal.CookiesAsync(account)));
            await context.AddCookiesAsync((await cookies.Value)
                .Select(c => new Microsoft.Playwright.Cookie { Name = c.Name, Value = c.Value, Url = portal.Address.ToString() }));
        }
        return new PortalPage(context, await context.NewPageAsync());
    }

    /// <summary>Makes an account of a test's own. Skips the test where Chromium is missing.</summary>
    public async Task<Guid> PersonAsync(string name, PlatformRole role = PlatformRole.Scientist)
    {
        Assert.SkipWhen(_browser is null, "Chromium is not installed (package chromium).");
        var made = await Portal.Services.GetRequiredService<PeopleService>().CreateAsync(
            Actor.Setup, new PersonDraft(Guid.CreateVersion7(), name, name, role), PortalPage.Password, default);
        Assert.True(made.Succeeded, made.Refusal?.Code);
        return made.Value;
    }

    /// <summary>Waits until the sample is there whole; gives the id of a notebook in its project.</summary>
    public Task<Guid> SampleAsync()
    {
        Assert.SkipWhen(_browser is null, "Chromium is not installed (package chromium).");
        return _sample.Value;
    }

    private async Task<Guid> MakeSampleAsync()
    {
        await SampleTrial.WaitAsync(Portal);
        var draft = new NotebookDraft(Guid.CreateVersion7(), SampleTrial.Project, "sample");
        return (await Portal.Services.GetRequiredService<NotebookService>().LaunchAsync(await Portal.ActorAsync("scientist"), draft, default)).Value;
    }

    private static string[] Node(int index, string name, string product, string units)
    {
        var node = $"--Cluster:Nodes:{index}:";
        return [node + "Name", name, node + "Cpu", "16", node + "Memory", "64Gi", node + "Labels:nvidia.com/gpu.product", product, node + "Resources:nvidia.com/gpu", units];
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

using Microsoft.Playwright;
using Portal.Testing.Files;
using Portal.Testing.Web;

namespace Portal.Benchmarks.Pages;

/// <summary>Pictures of every page in both languages, from a trial of its own with the sample in it.</summary>
public static class Screenshots
{
    /// <summary>Word on the command line.</summary>
    public const string Command = "screenshots";

    private const string Nobody = "";

    private static readonly string Project = $"/projects/{SampleTrial.Project}";
    private static readonly string Run = $"/training/{SampleTrial.Run}";
    private static readonly string Model = $"/monitoring/{SampleTrial.Model}";
    private static readonly string Request = $"/quotas/{SampleTrial.Request}";

    private static readonly (string Name, string Account, string Path)[] Pages =
    [
        ("sign-in", Nobody, "/sign-in"),
        ("home", "scientist", "/"),
        ("account", "scientist", "/account"),
        ("causes", "scientist", "/causes"),
        ("projects", "scientist", "/projects"),
        ("project-new", "scientist", "/projects/new"),
        ("project", "scientist", Project),
        ("project-quota", "scientist", Project + "/quota"),
        ("quota-request", "scientist", Project + "/quota/new"),
        ("quotas", "scientist", "/quotas"),
        ("project-notebooks", "scientist", Project + "/notebooks"),
        ("notebook-launch", "scientist", Project + "/notebooks/new"),
        ("project-training", "scientist", Project + "/training"),
        ("training-launch", "scientist", Project + "/training/new"),
        ("project-monitoring", "scientist", Project + "/monitoring"),
        ("project-members", "scientist", Project + "/members"),
        ("project-activity", "scientist", Project + "/activity"),
        ("project-resources", "scientist", Project + "/resources"),
        ("project-settings", "scientist", Project + "/settings"),
        ("training", "scientist", "/training"),
        ("training-run", "scientist", Run),
        ("monitoring", "scientist", "/monitoring"),
        ("model-new", "scientist", "/monitoring/new"),
        ("model-drift", "scientist", Model),
        ("approvals", "lead", "/approvals"),
        ("approval", "lead", Request),
        ("hardware", "admin", "/hardware"),
        ("pool-new", "admin", "/hardware/new"),
        ("pool", "admin", $"/hardware/{SampleTrial.Pool}"),
        ("clusters", "admin", "/clusters"),
        ("cluster-new", "admin", "/clusters/new"),
        ("cluster", "admin", $"/clusters/{Core.Clusters.ClusterRegistration.ConfiguredId}"),
        ("teams", "admin", "/teams"),
        ("team-new", "admin", "/teams/new"),
        ("team", "admin", $"/teams/{SampleTrial.Team}"),
        ("people", "admin", "/people"),
        ("person-new", "admin", "/people/new"),
        ("audit", "auditor", "/audit"),
    ];

    /// <summary>Starts the trial, waits for the sample and takes the pictures.</summary>
    public static async Task RunAsync()
    {
        var folder = Repository.At("docs", "screenshots");
        Directory.CreateDirectory(folder);
        await using var portal = await RunningPortal.StartAsync("Embedded", sample: true);
        await SampleTrial.WaitAsync(portal);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = FirstPageBenchmark.Quiet });
        foreach (var (language, locale) in new[] { ("en", "en-US"), ("zh-Hans", "zh-CN") })
        {
            foreach (var account in Pages.GroupBy(p => p.Account))
            {
                await using var context = await browser.NewContextAsync(new() { Locale = locale, ViewportSize = new() { Width = 1280, Height = 800 } });
                if (account.Key != Nobody)
                    await context.AddCookiesAsync((await portal.CookiesAsync(account.Key))
                        .Select(c => new Cookie { Name = c.Name, Value = c.Value, Url = portal.Address.ToString() }));
                var page = await context.NewPageAsync();
                foreach (var (name, _, path) in account)
                {
                    await page.GotoAsync(new Uri(portal.Address, path).ToString(), new() { WaitUntil = WaitUntilState.NetworkIdle });
                    await page.Locator("h1").First.WaitForAsync();
                    // Charts draw themselves in; their last frame is what is wanted.
                    await page.WaitForTimeoutAsync(1500);
                    await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.{language}.png"), FullPage = true });
                }
            }
        }
    }
}

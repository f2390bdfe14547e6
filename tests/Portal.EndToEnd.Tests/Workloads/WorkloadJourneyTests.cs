using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Portal.EndToEnd.Tests.Browser;

namespace Portal.EndToEnd.Tests.Workloads;

/// <summary>From a project to a cell that was executed, and to a run whose metrics, log and files are on its page.</summary>
public partial class WorkloadJourneyTests(PortalBrowser browser)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 90_000 };

    // A class fixture per run would start another portal; the project is made once and found again.
    private static readonly SemaphoreSlim Making = new(1);
    private static Guid _project;

    [Theory]
    [InlineData("en-US", false, 1280)]
    [InlineData("zh-CN", true, 768)]
    public async Task Notebook_InTwoClicks_RunsACellInTheBrowser(string language, bool dark, int width)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/jupyter-notebook"), "Jupyter is not installed (package jupyter-notebook).");
        await using var window = await browser.OpenAsync("scientist", language, dark, width);
        var project = await ProjectAsync();
        var page = window.Page;

        await window.GoAsync($"/projects/{project}/notebooks");
        await window.ShouldBeSoundAsync();
        await page.Locator("a.button-primary").First.ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync($"{browser.Portal.Address}projects/{project}/notebooks/new");
        await window.InteractiveAsync();
        await Assertions.Expect(page.Locator("button[type=submit]")).ToBeVisibleAsync();
        await window.ShouldBeSoundAsync();
        await window.PictureAsync($"notebook-launch-{language}");
        await page.Locator("button[type=submit]").ClickAsync();
        await window.AtOneOfAsync("notebook");
        await window.PictureAsync($"notebook-starting-{language}");
        var open = page.Locator("a.button-primary[target=_blank]");
        await Assertions.Expect(open).ToBeVisibleAsync(Patient);
        await window.ShouldBeSoundAsync();
        await window.PictureAsync($"notebook-running-{language}");
        var path = (await open.GetAttributeAsync("href"))!;
        await ExecuteCellAsync(page, path);
        await window.GoAsync($"/projects/{project}/notebooks");
        await window.ShouldBeSoundAsync();
        await window.PictureAsync($"notebooks-tab-{language}");
    }

    [Theory]
    [InlineData("en-US", false, 1280)]
    [InlineData("zh-CN", true, 768)]
    public async Task Training_FromTheTemplate_ShowsMetricsLogAndFiles(string language, bool dark, int width)
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/sklearn"), "scikit-learn is not installed (package python3-sklearn).");
        await using var window = await browser.OpenAsync("scientist", language, dark, width);
        var project = await ProjectAsync();
        var page = window.Page;

        await window.GoAsync($"/projects/{project}/training/new");
        await window.ShouldBeSoundAsync();
        await window.PictureAsync($"training-launch-{language}");
        await page.Locator("button[type=submit]").ClickAsync();
        await window.AtOneOfAsync("training");
        await Assertions.Expect(page.Locator("h1 .badge-succeeded")).ToBeVisibleAsync(Patient);
        await Assertions.Expect(page.Locator("pre.log")).ToContainTextAsync("test AUC");
        await Assertions.Expect(page.Locator("figure.chart")).ToHaveCountAsync(2);
        await window.ShouldBeSoundAsync();
        await window.PictureAsync($"training-run-{language}");
        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator(".files a").ClickAsync());
        Assert.Equal("model.pkl", download.SuggestedFilename);
        await page.Locator("input[type=search]").FillAsync("step 10:");
        await Assertions.Expect(page.Locator("pre.log")).Not.ToContainTextAsync("step 20:");
        await window.GoAsync("/training");
        await window.ShouldBeSoundAsync();
        await window.PictureAsync($"training-{language}");
    }

    private static async Task ExecuteCellAsync(IPage page, string path)
    {
        var name = $"cell-{Guid.NewGuid():N}.ipynb";
        var made = await page.APIRequest.PutAsync($"{path}api/contents/{name}", new()
        {
            DataObject = new
            {
                type = "notebook",
                content = new
                {
                    cells = Array.Empty<object>(),
                    metadata = new { kernelspec = new { name = "python3", display_name = "Python 3" } },
                    nbformat = 4,
                    nbformat_minor = 4,
                },
            },
        });
        Assert.True(made.Ok, $"{made.Status} {await made.TextAsync()}");
        await page.GotoAsync($"{path}notebooks/{name}");
        await page.Locator(".kernel_idle_icon").First.WaitForAsync(new() { Timeout = 60_000, State = WaitForSelectorState.Attached });
        await page.Locator(".CodeMirror").First.ClickAsync();
        await page.Keyboard.TypeAsync("print(6 * 7)");
        await page.Keyboard.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator(".output_text")).ToContainTextAsync("42", new() { Timeout = 60_000 });
        Assert.DoesNotMatch(Secret(), page.Url);
    }

    private async Task<Guid> ProjectAsync()
    {
        await Making.WaitAsync();
        try
        {
            if (_project == default)
                _project = await MakeProjectAsync();
            return _project;
        }
        finally
        {
            Making.Release();
        }
    }

    private async Task<Guid> MakeProjectAsync()
    {
        Assert.SkipWhen(browser.Portal is null, "Chromium is not installed (package chromium).");
        var (scientist, lead) = (await browser.Portal.ActorAsync("scientist"), await browser.Portal.ActorAsync("lead"));
        await using var db = await browser.Portal.Services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync();
        var team = new Team { Name = "Workloads", CreatedAt = DateTimeOffset.UtcNow };
        team.Members.Add(new TeamMember { PersonId = lead.Id, Role = Core.Access.TeamRole.Lead });
        team.Members.Add(new TeamMember { PersonId = scientist.Id, Role = Core.Access.TeamRole.Member });
        db.Teams.Add(team);
        await db.SaveChangesAsync();
        return (await browser.Portal.Services.GetRequiredService<ProjectService>()
            .CreateAsync(scientist, new ProjectDraft(Guid.CreateVersion7(), "Workload journeys", team.Id), default)).Value;
    }

    [GeneratedRegex("token=", RegexOptions.None, 1000)]
    private static partial Regex Secret();
}

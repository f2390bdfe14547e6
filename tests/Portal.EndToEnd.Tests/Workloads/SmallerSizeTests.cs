using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.EndToEnd.Tests.Browser;
using Portal.EndToEnd.Tests.Hardware;
using Portal.Testing.Waiting;
using Portal.Testing.Web;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Workloads;

/// <summary>A run that waits for cores is told the size that would start now, and the form that leads to it starts it. On a portal of its own, whose cores nobody else takes.</summary>
public sealed class SmallerSizeTests(PortalBrowser browser) : IAsyncLifetime
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 90_000 };

    private RunningPortal? _portal;

    public async ValueTask InitializeAsync() => _portal = await RunningPortal.StartAsync("Embedded", sample: false);

    public async ValueTask DisposeAsync()
    {
        if (_portal is not null)
            await _portal.DisposeAsync();
    }

    [Fact]
    public async Task Run_ThatWaitsForCores_StartsInTheSizeThatIsOffered()
    {
        var project = (await GrantedProject.MakeAsync(_portal!, await OfferedPool.MakeAsync(_portal!, sample: false), 1, "Room")).Project.Id;
        // Five of the project's eight cores: too little is left for another large run, and enough for a medium one.
        await RunsAsync(project, "large");
        await RunsAsync(project, "medium");
        await using var window = await browser.OpenAsync("scientist", at: _portal);
        var page = window.Page;

        await window.GoAsync($"/projects/{project}/training/new");
        await page.Locator("input[name=size][value=large]").CheckAsync();
        await page.Locator("button[type=submit]").ClickAsync();
        await window.AtOneOfAsync("training");
        var smaller = page.GetByRole(AriaRole.Link, new() { Name = "Run it in size Medium", Exact = false });
        await Expect(smaller).ToBeVisibleAsync(Patient);
        await Expect(page.GetByText("it needs 4 cpu of the common pool; free: 3, short by 1", new() { Exact = false }).First).ToBeVisibleAsync();
        // Two lines and their head: what is said of cores and memory is read at a glance.
        Assert.True((await page.Locator("table.wait-lines").BoundingBoxAsync())!.Height < 250);
        await window.ShouldBeSoundAsync();
        await window.PictureAsync("smaller-size");
        await using (var narrow = await browser.OpenAsync("scientist", "zh-CN", dark: true, width: 768, at: _portal))
        {
            await narrow.GoAsync(new Uri(page.Url).AbsolutePath);
            await Expect(narrow.Page.GetByText("目前有足够空间", new() { Exact = false })).ToBeVisibleAsync();
            await narrow.ShouldBeSoundAsync();
            await narrow.ShouldFitAsync();
            await narrow.PictureAsync("smaller-size-zh-dark-768");
        }
        await smaller.ClickAsync();
        await Expect(page.Locator("input[name=size][value=medium]")).ToBeCheckedAsync();
        await page.Locator("button[type=submit]").ClickAsync();

        await window.AtOneOfAsync("training");
        await Expect(page.Locator("h1 .badge-succeeded, h1 .badge-running")).ToBeVisibleAsync(Patient);
    }

    private async Task RunsAsync(Guid project, string size)
    {
        var (scientist, runs) = (await _portal!.ActorAsync("scientist"), _portal.Services.GetRequiredService<TrainingService>());
        // For longer than the story takes; the cluster ends it when it ends itself.
        var draft = new TrainingDraft(Guid.CreateVersion7(), project, $"Long {size}") { Code = "import time\ntime.sleep(3600)", SizeId = size };
        Assert.True((await runs.LaunchAsync(scientist, draft, default)).Succeeded);
        await Eventually.TrueAsync(
            async () => (await runs.GetAsync(scientist, draft.Id, default)).Value.Run.State == WorkloadState.Running, $"the {size} run runs");
    }
}

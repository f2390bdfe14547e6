using Microsoft.Playwright;

namespace Portal.Benchmarks.Pages;

/// <summary>Resident memory of a circuit on the project page, and how fast a click changes the page beside fifty circuits.</summary>
public static class CircuitBenchmark
{
    private const int ManyCircuits = 200;
    private const int FewCircuits = 50;
    private const int WarmUp = 4;
    private const int Clicks = 60;
    private const double AskedMegabytes = 1.8;
    private const double AskedClick = 100;

    /// <summary>Runs both against the published portal in its own process.</summary>
    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(CancellationToken ct) =>
        [await MemoryAsync(ct), await ClickAsync(ct)];

    private static async Task<BenchmarkRow> MemoryAsync(CancellationToken ct)
    {
        await using var portal = await PublishedPortal.StartAsync(ct);
        // What the first circuits load once (components, statements, words) is not a circuit's own.
        await using var first = await Circuits.OpenAsync(portal, PublishedPortal.ProjectPath, 10);
        var before = portal.Resident;
        await using var circuits = await Circuits.OpenAsync(portal, PublishedPortal.ProjectPath, ManyCircuits);
        var perCircuit = (portal.Resident - before) / (double)ManyCircuits / 1e6;
        await circuits.CheckAsync();
        return new($"resident memory of a circuit on the project page, {ManyCircuits} circuits", $"{perCircuit:0.00} MB", "≤ 1.8 MB", perCircuit <= AskedMegabytes);
    }

    private static async Task<BenchmarkRow> ClickAsync(CancellationToken ct)
    {
        await using var portal = await PublishedPortal.StartAsync(ct);
        await using var others = await Circuits.OpenAsync(portal, PublishedPortal.ProjectPath, FewCircuits - 1);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = FirstPageBenchmark.Quiet });
        await using var context = await browser.NewContextAsync();
        await context.AddCookiesAsync(await portal.CookiesAsync("scientist"));
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(portal.Address, PublishedPortal.ProjectPath).ToString(), new() { WaitUntil = WaitUntilState.NetworkIdle });
        var times = new Latency();
        var before = TimeSpan.Zero;
        for (var i = 0; i < WarmUp + Clicks; i++)
        {
            if (i == WarmUp)
                before = portal.ProcessorTime;
            var milliseconds = await ClickAsync(page, i % 2 == 0 ? "/projects" : "/");
            if (i >= WarmUp)
                times.Add(milliseconds);
        }
        // On a busy machine most of a click is waiting for a processor; what the server itself needs says how much.
        var processor = (portal.ProcessorTime - before).TotalMilliseconds / Clicks;
        await others.CheckAsync();
        var click = times.At(0.95);
        return new($"click to changed page beside {FewCircuits} circuits: p95 (the server's processor time for one)",
            $"{click:0} ms ({processor:0} ms)", "≤ 100 ms", click <= AskedClick);
    }

    private static Task<double> ClickAsync(IPage page, string target) => page.EvaluateAsync<double>(
        """
        target => new Promise((done, fail) => {
          const heading = document.querySelector('h1').textContent;
          const start = performance.now();
          const watch = new MutationObserver(() => {
            const now = document.querySelector('h1');
            if (now && now.textContent !== heading) { watch.disconnect(); done(performance.now() - start); }
          });
          watch.observe(document.body, {subtree: true, childList: true, characterData: true});
          setTimeout(() => fail(new Error('the page did not change')), 10000);
          document.querySelector(`nav a[href="${target}"]`).click();
        })
        """, target);
}

using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Portal.Testing.Files;
using Portal.Testing.Web;

namespace Portal.Benchmarks.Pages;

/// <summary>Resident memory of a circuit on the project page, and how fast a click changes the page beside fifty circuits.</summary>
public static class CircuitBenchmark
{
    private const int ManyCircuits = 200;
    private const int FewCircuits = 50;
    private const int Clicks = 60;
    private const double AskedMegabytes = 1.8;
    private const double AskedClick = 100;

    /// <summary>Runs both with the portal in this process and the circuits opened by a Node.js program.</summary>
    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(CancellationToken ct)
    {
        var packages = await InstallAsync();
        await using var portal = await RunningPortal.StartAsync("Embedded");
        var path = $"/projects/{await ProjectAsync(portal, ct)}";

        // What the first circuits load once (components, statements, words) is not a circuit's own.
        await using (await OpenAsync(portal, packages, path, 10))
        {
        }
        var before = Resident();
        double perCircuit;
        await using (await OpenAsync(portal, packages, path, ManyCircuits))
            perCircuit = (Resident() - before) / ManyCircuits / 1e6;

        await using var others = await OpenAsync(portal, packages, path, FewCircuits - 1);
        var click = (await ClickAsync(portal, path)).At(0.95);
        return
        [
            new($"resident memory of a circuit on the project page, {ManyCircuits} circuits", $"{perCircuit:0.00} MB", "≤ 1.8 MB", perCircuit <= AskedMegabytes),
            new($"click to changed page beside {FewCircuits} circuits: p95", $"{click:0} ms", "≤ 100 ms", click <= AskedClick),
        ];
    }

    private static async Task<Latency> ClickAsync(RunningPortal portal, string path)
    {
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = FirstPageBenchmark.Quiet });
        await using var context = await browser.NewContextAsync();
        await context.AddCookiesAsync((await portal.CookiesAsync("scientist"))
            .Select(c => new Cookie { Name = c.Name, Value = c.Value, Url = portal.Address.ToString() }));
        var page = await context.NewPageAsync();
        await page.GotoAsync(new Uri(portal.Address, path).ToString(), new() { WaitUntil = WaitUntilState.NetworkIdle });
        var times = new Latency();
        for (var i = 0; i < Clicks; i++)
        {
            var target = i % 2 == 0 ? "/projects" : "/";
            var milliseconds = await page.EvaluateAsync<double>(
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
            if (i >= 4)
                times.Add(milliseconds);
        }
        return times;
    }

    private static async Task<Guid> ProjectAsync(RunningPortal portal, CancellationToken ct)
    {
        var (admin, scientist) = (await portal.ActorAsync("admin"), await portal.ActorAsync("scientist"));
        var team = await portal.Services.GetRequiredService<TeamService>().CreateAsync(admin, new TeamDraft(Guid.CreateVersion7(), "Bench")
        {
            Members = [new("lead", TeamRole.Lead), new("scientist", TeamRole.Member)],
        }, ct);
        var project = await portal.Services.GetRequiredService<ProjectService>()
            .CreateAsync(scientist, new ProjectDraft(Guid.CreateVersion7(), "Bench", team.Value), ct);
        return project.Value;
    }

    private static double Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Repository.At(".cache", "circuits");
        Directory.CreateDirectory(folder);
        if (Directory.Exists(Path.Combine(folder, "node_modules", "@microsoft")))
            return folder;
        var (code, _, error) = await Tool.RunAsync("npm", "install", "--silent", "--no-save", "--prefix", folder,
            "@microsoft/signalr@10", "@microsoft/signalr-protocol-msgpack@10");
        return code == 0 ? folder : throw new InvalidOperationException("npm: " + error);
    }

    private static async Task<Circuits> OpenAsync(RunningPortal portal, string packages, string path, int count)
    {
        var cookies = await portal.CookiesAsync("scientist");
        var start = new ProcessStartInfo("node",
            [Repository.At("tests", "Portal.Benchmarks", "Pages", "circuits.mjs"), portal.Address.ToString().TrimEnd('/'), path, $"{count}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["PACKAGES"] = packages;
        start.Environment["COOKIE"] = string.Join("; ", cookies.Select(c => $"{c.Name}={c.Value}"));
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync();
        return line == $"open {count}" ? new Circuits(process) : throw new InvalidOperationException("the circuits did not open");
    }

    private sealed class Circuits(Process process) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}

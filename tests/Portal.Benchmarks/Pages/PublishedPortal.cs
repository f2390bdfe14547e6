using System.Diagnostics;
using System.Globalization;
using System.Net;
using Portal.Testing.Files;
using Portal.Testing.Web;

namespace Portal.Benchmarks.Pages;

/// <summary>The published portal in a process of its own, as <c>./run.sh</c> starts it, with the sample made and nothing left to do.</summary>
public sealed class PublishedPortal : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly Process _process;
    private readonly string _folder;
    private bool _troubled;

    private PublishedPortal(Process process, Uri address, string folder) => (_process, Address, _folder) = (process, address, folder);

    /// <summary>As ./run.sh and the image set it, hexadecimal.</summary>
    internal const string YoungBytes = "1000000";

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>The page of the sample's project.</summary>
    public static string ProjectPath => "/projects/5a3b1e00-0000-7000-8000-000000000003";

    private static string TrainingPath => "/training/5a3b1e00-0000-7000-8000-000000000007";

    /// <summary>Resident memory of the process, bytes.</summary>
    public long Resident => Status("VmRSS") * 1024;

    /// <summary>Processor time that the process has used.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts it and waits until the sample's training has ended.</summary>
    public static async Task<PublishedPortal> StartAsync(CancellationToken ct)
    {
        var app = Repository.At(".cache", "app");
        if (!File.Exists(Path.Combine(app, "Portal.dll")))
            throw new InvalidOperationException("The portal is not published; ./bench.sh does it.");
        var folder = Directory.CreateTempSubdirectory("portal-bench-").FullName;
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(app, "Portal.dll"), "--contentRoot", app, "--urls", address.ToString().TrimEnd('/'),
            "--Portal:DataDirectory", folder, "--Cluster:Mode", "Embedded", "--Circuits:PerPerson", "1000",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Trial";
        start.Environment["DOTNET_GCgen0size"] = YoungBytes;
        var process = Process.Start(start)!;
        var portal = new PublishedPortal(process, address, folder);
        process.OutputDataReceived += (_, line) => portal.ShowTrouble(line.Data);
        process.ErrorDataReceived += (_, line) => portal.ShowTrouble(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await portal.WaitAsync(TrialAccount.Client(address, new CookieContainer()), "/healthz", "ok", ct);
            using var browser = await portal.Account("scientist").BrowserAsync();
            await portal.WaitAsync(browser, TrainingPath, "badge-succeeded", ct);
            return portal;
        }
        catch
        {
            await portal.DisposeAsync();
            throw;
        }
    }

    /// <summary>A trial account.</summary>
    public TrialAccount Account(string name) => new(Address, _folder, name);

    /// <summary>The sign-in cookies of a trial account, for a browser.</summary>
    public async Task<IEnumerable<Microsoft.Playwright.Cookie>> CookiesAsync(string account) => (await Account(account).CookiesAsync())
        .Select(c => new Microsoft.Playwright.Cookie { Name = c.Name, Value = c.Value, Url = Address.ToString() });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using (var interrupt = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await interrupt.WaitForExitAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WaitAsync(HttpClient client, string path, string text, CancellationToken ct)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Patience; await Task.Delay(200, ct))
        {
            if (_process.HasExited)
                throw new InvalidOperationException("The portal ended.");
            try
            {
                using var answer = await client.GetAsync(path, ct);
                if ((await answer.Content.ReadAsStringAsync(ct)).Contains(text, StringComparison.Ordinal))
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
        throw new TimeoutException($"{path} never showed '{text}'");
    }

    private long Status(string field) => long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal))
            .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    // What the portal complains about while it is measured would make the figure worthless. A message goes on in indented lines.
    private void ShowTrouble(string? line)
    {
        if (line is null)
            return;
        if (!line.StartsWith(' '))
            _troubled = line.StartsWith("warn", StringComparison.Ordinal) || line.StartsWith("fail", StringComparison.Ordinal) || line.StartsWith("crit", StringComparison.Ordinal);
        if (_troubled)
            Console.Error.WriteLine("portal: " + line);
    }
}

using System.Diagnostics;
using System.Net;
using Portal.Testing.Files;
using Portal.Testing.Web;

namespace Portal.Benchmarks.Pages;

/// <summary>The second start of <c>./run.sh</c> until the first page answers, beside the working tree, whose state it leaves alone.</summary>
public static class StartBenchmark
{
    private const int Runs = 3;
    private const double Asked = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Starts once to make the state, then measures the starts that follow.</summary>
    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("portal-start-").FullName;
        try
        {
            File.Copy(Repository.At("run.sh"), Path.Combine(folder, "run.sh"));
            foreach (var part in (string[])["tools", "src", ".cache", "Directory.Build.props", "Directory.Packages.props"])
                File.CreateSymbolicLink(Path.Combine(folder, part), Repository.At(part));
            await StartAsync(folder, ct);
            var times = new Latency();
            for (var run = 0; run < Runs; run++)
                times.Add(await StartAsync(folder, ct));
            var median = times.At(0.5) / 1000;
            return [new("second start of ./run.sh to the first page, median", $"{median:0.0} s", "≤ 5 s", median <= Asked)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double> StartAsync(string folder, CancellationToken ct)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(folder, "run.sh"), ["--port", $"{address.Port}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        try
        {
            using var client = new HttpClient { BaseAddress = address };
            while (clock.Elapsed < Patience)
            {
                if (process.HasExited)
                    throw new InvalidOperationException($"./run.sh ended: {await output}{await error}");
                if (await AnswersAsync(client, ct))
                    return clock.Elapsed.TotalMilliseconds;
                await Task.Delay(20, ct);
            }
            throw new TimeoutException("./run.sh did not answer");
        }
        finally
        {
            // As Ctrl-C does, also where that is ignored: the portal ends what it started.
            using var interrupt = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await process.WaitForExitAsync(ct);
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient client, CancellationToken ct)
    {
        try
        {
            using var answer = await client.GetAsync("/sign-in", ct);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

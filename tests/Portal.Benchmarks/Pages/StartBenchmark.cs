using System.Diagnostics;
using System.Net;
using Portal.Testing.Files;

namespace Portal.Benchmarks.Pages;

/// <summary>The second start of <c>./run.sh</c> until the first page answers, in a copy of the working tree's state.</summary>
public static class StartBenchmark
{
    private const int Runs = 3;
    private const double Asked = 5;
    private const int Port = 21741;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Starts once to build and to make the state, then measures the starts that follow.</summary>
    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(CancellationToken ct)
    {
        await StartAsync(ct);
        var times = new Latency();
        for (var run = 0; run < Runs; run++)
            times.Add(await StartAsync(ct));
        var median = times.At(0.5) / 1000;
        return [new("second start of ./run.sh to the first page, median", $"{median:0.0} s", "≤ 5 s", median <= Asked)];
    }

    private static async Task<double> StartAsync(CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(new ProcessStartInfo(Repository.At("run.sh"), ["--port", $"{Port}", "--no-sample"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _ = process.StandardOutput.ReadToEndAsync(ct);
        _ = process.StandardError.ReadToEndAsync(ct);
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}") };
            while (clock.Elapsed < Patience)
            {
                try
                {
                    using var answer = await client.GetAsync("/sign-in", ct);
                    if (answer.StatusCode == HttpStatusCode.OK)
                        return clock.Elapsed.TotalMilliseconds;
                }
                catch (HttpRequestException)
                {
                    // Not listening yet.
                }
                await Task.Delay(20, ct);
            }
            throw new TimeoutException("./run.sh did not answer");
        }
        finally
        {
            // As Ctrl-C does: the portal ends what it started.
            using var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]);
            await process.WaitForExitAsync(ct);
        }
    }
}

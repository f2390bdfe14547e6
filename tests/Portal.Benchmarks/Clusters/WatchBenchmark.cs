using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Benchmarks.Pages;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Sessions;

namespace Portal.Benchmarks.Clusters;

/// <summary>A cluster of 50,000 pods in 2,000 namespaces: what following them takes, and how late a change is seen.</summary>
public static class WatchBenchmark
{
    private const int PerSecond = 500;
    private const int Changes = 20 * PerSecond;
    // Both sides have run for a while when this is asked of them: not counted.
    private const int WarmUp = 5 * PerSecond;
    private const double AskedPeak = 0.6;
    private const double AskedHeld = 1500;
    private const double AskedLag = 1000;

    /// <summary>Runs both sides in processes of their own.</summary>
    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("portal-watch-").FullName;
        try
        {
            ManyPods.Write(folder);
            using var server = Start(WatchChildren.Server, folder);
            var kubeconfig = await LineAsync(server, ct);
            await using var own = new ClusterSession(
                Guid.NewGuid(), "bench", ClusterLine.FromFile(kubeconfig), new KubernetesOptions { RequestsPerSecond = 100_000, Burst = 100_000 },
                _ => { }, TimeProvider.System, NullLoggerFactory.Instance);
            var body = await BodyAsync(own, ct);
            using var watcher = Start(WatchChildren.Watcher, kubeconfig, $"{WarmUp + Changes}");
            var facts = JsonNode.Parse(await LineAsync(watcher, ct))!;
            await server.StandardInput.WriteLineAsync($"{PerSecond} {WarmUp + Changes}".AsMemory(), ct);
            await server.StandardInput.FlushAsync(ct);
            var rate = double.Parse(await LineAsync(server, ct), CultureInfo.InvariantCulture);
            double[] lags = [.. JsonNode.Parse(await LineAsync(watcher, ct))!["lags"]!.AsArray().Skip(WarmUp).Select(l => l!.GetValue<double>()).Order()];
            server.StandardInput.Close();
            await Task.WhenAll(server.WaitForExitAsync(ct), watcher.WaitForExitAsync(ct));
            return Rows(facts, body, rate, lags);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IReadOnlyList<BenchmarkRow> Rows(JsonNode facts, long body, double rate, double[] lags)
    {
        var peak = (facts["peak"]!.GetValue<long>() - facts["idle"]!.GetValue<long>()) / (double)body;
        var held = facts["held"]!.GetValue<double>();
        var late = lags.Length == 0 ? double.PositiveInfinity : lags[(int)(0.99 * (lags.Length - 1))];
        return
        [
            new("first list of 50,000 pods: peak memory above idle, against the list's bytes", $"{peak:0.00} × {body / 1e6:0} MB", "≤ 0.6 ×", peak <= AskedPeak),
            new("memory per pod that is followed", $"{held:0} B", "≤ 1500 B", held <= AskedHeld),
            new($"{lags.Length} of {Changes} changes at {rate:0}/s until they can be read: p99", $"{late:0} ms", "≤ 1000 ms at 500/s",
                late <= AskedLag && lags.Length == Changes && rate >= 0.98 * PerSecond),
        ];
    }

    private static async Task<long> BodyAsync(ClusterSession session, CancellationToken ct)
    {
        using var response = await session.Connection.SendAsync(HttpMethod.Get, "api/v1/pods", ct);
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[1 << 16];
        var bytes = 0L;
        while (await stream.ReadAsync(buffer, ct) is > 0 and var read)
            bytes += read;
        return bytes;
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true };
        // The collector that the portal runs with.
        start.Environment["DOTNET_gcServer"] = "1";
        start.Environment["DOTNET_GCgen0size"] = PublishedPortal.YoungBytes;
        return Process.Start(start)!;
    }

    private static async Task<string> LineAsync(Process child, CancellationToken ct) =>
        await child.StandardOutput.ReadLineAsync(ct) ?? throw new InvalidOperationException("A process of the benchmark ended without a word.");
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Portal.Benchmarks.Drift;

/// <summary>
/// The 25-feature drift report over two CSV files of a million rows, by pandas and scipy and by the portal, each in its own
/// process. Processor time is compared, since the machine may be busy; wall time is shown.
/// </summary>
internal static class DriftBenchmark
{
    private const string Python = "/usr/bin/python3";
    private const int Rows = 1_000_000;
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Portal.Benchmarks.dll");

    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(CancellationToken ct)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"portal-drift-benchmark-{Rows}");
        var script = Path.Combine(AppContext.BaseDirectory, "Drift", "pandas_report.py");
        Directory.CreateDirectory(folder);
        string reference = Path.Combine(folder, "reference.csv"), current = Path.Combine(folder, "current.csv");
        if (!File.Exists(reference)) await RunAsync(Python, [script, "make", reference, $"{Rows}", "1", "0"], ct);
        if (!File.Exists(current)) await RunAsync(Python, [script, "make", current, $"{Rows}", "2", "0.1"], ct);

        var theirs = Parse(await RunAsync(Python, [script, "report", reference, current], ct));
        var ours = Parse(await RunAsync("dotnet", [Program, DriftChild.Command, reference, current], ct));
        double cold = ours["reference_cpu"] + ours["window_cpu"] + ours["report_cpu"];
        double steadyTheirs = theirs["read_current_cpu"] + theirs["report_cpu"];
        double coldTheirs = theirs["read_reference_cpu"] + steadyTheirs;
        double coldWall = ours["reference_s"] + ours["window_s"] + ours["report_s"];
        double coldWallTheirs = theirs["read_reference_s"] + theirs["read_current_s"] + theirs["report_s"];
        return
        [
            Below("drift: both files to report, processor time", cold, coldTheirs / 4, "s", $"a quarter of pandas and scipy's {Text(coldTheirs)} s"),
            Below("drift: both files to report, wall time", coldWall, coldWallTheirs, "s", $"pandas and scipy's {Text(coldWallTheirs)} s"),
            Below("drift: new window against a stored reference, processor time", ours["window_cpu"] + ours["report_cpu"], steadyTheirs / 8, "s", $"an eighth of {Text(steadyTheirs)} s"),
            Below("drift: report of 25 features from stored sketches", ours["stored_ms"], 20, "ms", "20 ms"),
            Below("drift: report of 25 features from 720 merged hours", ours["merged_ms"], 300, "ms", "300 ms"),
            Below("drift: largest resident memory", ours["peak_mb"], 500, "MB", $"500 MB (pandas and scipy: {theirs["peak_mb"]:F0} MB)"),
        ];
    }

    private static BenchmarkRow Below(string name, double value, double limit, string unit, string asked) =>
        new(name, $"{Text(value)} {unit}", $"<= {asked}", value <= limit);

    private static string Text(double value) => value.ToString(value < 100 ? "F2" : "F0", CultureInfo.InvariantCulture);

    private static Dictionary<string, double> Parse(string json) => JsonSerializer.Deserialize<Dictionary<string, double>>(json)!;

    private static async Task<string> RunAsync(string file, string[] arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true };
        // One thread each, so that processor times compare like with like.
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{file} ended with code {process.ExitCode}");
    }
}

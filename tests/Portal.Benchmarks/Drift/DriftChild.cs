using System.Diagnostics;
using System.Text.Json;
using Portal.Core.Drift.Csv;
using Portal.Core.Drift.Policy;
using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Sketches;

namespace Portal.Benchmarks.Drift;

/// <summary>The portal's side of the comparison, in a process of its own so that its memory is its own.</summary>
internal static class DriftChild
{
    public const string Command = "drift-child";
    private const int Hours = 720;

    public static int Run(string referencePath, string currentPath)
    {
        var laps = new Dictionary<string, double>(StringComparer.Ordinal);
        using var process = Process.GetCurrentProcess();
        using var referenceFile = File.OpenRead(referencePath);
        using var currentFile = File.OpenRead(currentPath);

        var features = Lap(laps, "reference", () =>
        {
            var table = CsvTable.Open(referenceFile).Value;
            return ReferenceScan.Build(table, SchemaInference.Infer(table).Value).Value.Features;
        });
        var window = Lap(laps, "window", () =>
            WindowScan.Sketch(CsvTable.Open(currentFile).Value, features, null, TimeSpan.FromDays(1), DateTimeOffset.UnixEpoch).Value[0].Sketches);
        Lap(laps, "report", () => Report(features, window));

        byte[][] stored = [.. window.Select(w => w.ToBytes())];
        laps["stored_ms"] = Milliseconds(() => Report(features, [.. stored.Select((bytes, i) => features[i].ReadWindow(bytes))]));
        FeatureSketch[] hour = [.. stored.Select((bytes, i) => features[i].ReadWindow(bytes))];
        laps["merged_ms"] = Milliseconds(() => Report(features, [.. hour.Select((sketch, i) => Merge(features[i], sketch))]));

        process.Refresh();
        laps["peak_mb"] = process.PeakWorkingSet64 / 1048576d;
        Console.WriteLine(JsonSerializer.Serialize(laps));
        return 0;
    }

    private static FeatureSketch Merge(FeatureReference reference, FeatureSketch hour)
    {
        var all = reference.NewWindow();
        for (var i = 0; i < Hours; i++) all.Merge(hour);
        return all;
    }

    private static IReadOnlyList<FeatureDecision> Report(IReadOnlyList<FeatureReference> features, IReadOnlyList<FeatureSketch> window)
    {
        FeatureDrift[] report = [.. features.Select((feature, i) => feature.Compare(window[i]))];
        return DriftPolicy.Decide(report);
    }

    private static double Milliseconds(Action action)
    {
        action();
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalMilliseconds;
    }

    private static T Lap<T>(Dictionary<string, double> laps, string name, Func<T> step)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var result = step();
        process.Refresh();
        laps[name + "_s"] = watch.Elapsed.TotalSeconds;
        laps[name + "_cpu"] = (process.TotalProcessorTime - before).TotalSeconds;
        return result;
    }
}

using System.Globalization;
using System.Text.Json;
using Portal.Core.Drift.Reports;

namespace Portal.DriftVectors;

/// <summary>Judges the quantiles of a sketch by the rank they really have among the values.</summary>
internal static class QuantileRanks
{
    private const double Limit = 0.006;

    public static void Check(JsonElement expected, FeatureDrift drift, double?[] current, CaseResult result)
    {
        if (!expected.TryGetProperty("cur_stats", out var stats) || stats.ValueKind != JsonValueKind.Object) return;
        var values = current.OfType<double>().Where(double.IsFinite).Order().ToArray();
        var found = drift.CurrentStatistics!;
        foreach (var (name, p, value) in new[] { ("q05", 0.05, found.Q05), ("q50", 0.5, found.Q50), ("q95", 0.95, found.Q95) })
        {
            // Between two neighbours every rank of the step is right, so one row is allowed on top.
            double below = values.Count(v => v < value), upTo = values.Count(v => v <= value), n = values.Length;
            var error = Math.Max(0, Math.Max(below / n - p, p - upTo / n) - 1 / n);
            result.Checks++;
            result.Sketch.Note(error / Limit, $"cur_stats.{name} (rank)");
            if (error > Limit) result.Failures.Add(string.Create(CultureInfo.InvariantCulture, $"sketch: cur_stats.{name} is off by {error:0.####} in rank"));
        }
    }
}

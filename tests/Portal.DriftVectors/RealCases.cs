using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsvHelper;
using Portal.Core.Drift.Policy;
using Portal.Core.Drift.Reports;

namespace Portal.DriftVectors;

/// <summary>Whole tables in CSV files: every column, the false discovery rate over all of them, the verdict on the table.</summary>
internal static class RealCases
{
    private const double Threshold = 0.5;

    // Label and prediction are tested with the features but are none themselves.
    private static readonly string[] NotFeatures = ["target", "score"];

    public static void Run(JsonElement c, string folder, CaseResult result)
    {
        var reference = Read(Path.Combine(folder, c.GetProperty("reference_csv").GetString()!));
        var current = Read(Path.Combine(folder, c.GetProperty("current_csv").GetString()!));
        var columns = c.GetProperty("columns").EnumerateObject().ToArray();

        var exact = columns.Select(p => IsNumeric(p)
            ? NumericComparison.Compare(p.Name, Numbers(reference[p.Name]), Numbers(current[p.Name]))
            : CategoricalComparison.Compare(p.Name, reference[p.Name], current[p.Name])).ToArray();
        Judge(columns, exact, result, result.Exact, "", Tolerances.Exact, onlyRobust: false, c);

        // The same number of merged sketches per column, so that the n-th of each make one report.
        var sketches = columns.Select(p => IsNumeric(p)
            ? FeatureCases.FromSketches(Numbers(reference[p.Name]), Numbers(current[p.Name])).Select(s => s.Drift with { Feature = p.Name }).ToArray()
            : [.. FeatureCases.FromSketches([.. reference[p.Name]], (string?[])[.. current[p.Name]]).Select(d => d with { Feature = p.Name })]).ToArray();
        for (var way = 0; way < sketches[0].Length; way++)
        {
            Judge(columns, [.. sketches.Select(s => s[way])], result, result.Sketch, "sketch: ", Tolerances.Sketch, onlyRobust: true, c);
        }

        if (!c.TryGetProperty("performance", out var performance)) return;
        foreach (var (side, table) in new[] { ("reference", reference), ("current", current) })
        {
            int[] truth = [.. table["target"].Select(t => t == "1" ? 1 : 0)];
            double[] scores = [.. Numbers(table["score"]).Select(s => s ?? double.NaN)];
            var shape = PerformanceCases.BinaryShape(truth, scores, Threshold);
            new Comparison(result, result.Exact, $"performance.{side}.", Tolerances.Exact).Check(performance.GetProperty(side), shape);
        }
    }

    private static void Judge(
        JsonProperty[] columns, FeatureDrift[] drifts, CaseResult result, Worst worst, string prefix,
        Func<string, Tolerance> tolerances, bool onlyRobust, JsonElement c)
    {
        var decisions = DriftPolicy.Decide(drifts);
        for (var i = 0; i < columns.Length; i++)
        {
            var at = $"{prefix}{columns[i].Name}.";
            new Comparison(result, worst, at, tolerances).Check(columns[i].Value.GetProperty("expect"), FeatureShape.Of(drifts[i]));
            var decision = columns[i].Value.GetProperty("decision");
            if (onlyRobust && !decision.GetProperty("robust").GetBoolean()) continue;
            new Comparison(result, worst, at + "decision.", tolerances).Check(decision, FeatureShape.Of(decisions[i]));
        }

        if (onlyRobust) return;
        var dataset = DatasetDrift.Of([.. decisions.Where(d => !NotFeatures.Contains(d.Feature))]);
        var shape = new JsonObject
        {
            ["features"] = dataset.Features,
            ["drifted"] = dataset.Drifted,
            ["share"] = dataset.Share,
            ["dataset_drift"] = dataset.IsDrift,
        };
        new Comparison(result, worst, "dataset.", tolerances).Check(c.GetProperty("dataset"), shape);
    }

    private static bool IsNumeric(JsonProperty column) => column.Value.GetProperty("kind").GetString() == "numeric";

    private static double?[] Numbers(IEnumerable<string?> fields) =>
        [.. fields.Select(f => f is null ? (double?)null : double.Parse(f, CultureInfo.InvariantCulture))];

    private static Dictionary<string, List<string?>> Read(string path)
    {
        using var csv = CsvReader.FromFile(path);
        var columns = csv.Headers.ToArray().Select(h => (Name: h, Fields: new List<string?>())).ToArray();
        while (csv.Read())
        {
            for (var i = 0; i < columns.Length; i++) columns[i].Fields.Add(csv.IsEmpty(i) ? null : csv.GetString(i));
        }

        return columns.ToDictionary(c => c.Name, c => c.Fields, StringComparer.Ordinal);
    }
}

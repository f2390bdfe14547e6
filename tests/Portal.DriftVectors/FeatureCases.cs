using System.Text.Json;
using Portal.Core.Drift.Policy;
using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Sketches;

namespace Portal.DriftVectors;

/// <summary>Numeric and categorical features, from raw values and from merged window sketches.</summary>
internal static class FeatureCases
{
    // The vectors carry exact Kolmogorov-Smirnov probabilities for larger samples than a report computes them for.
    private const long ExactCells = 150_000_000;

    public static void Numeric(JsonElement c, CaseResult result)
    {
        var reference = Inputs.Numbers(c.GetProperty("reference"));
        var current = Inputs.Numbers(c.GetProperty("current"));
        CheckExact(c, NumericComparison.Compare("x", reference, current, ExactCells), result);
        foreach (var (drift, sketch) in FromSketches(reference, current))
        {
            CheckSketch(c, drift, result);
            if (drift.Status != FeatureStatus.NoData) QuantileRanks.Check(c.GetProperty("expect"), drift, current, result);
        }
    }

    public static void Categorical(JsonElement c, CaseResult result)
    {
        var reference = Inputs.Labels(c.GetProperty("reference"));
        var current = Inputs.Labels(c.GetProperty("current"));
        CheckExact(c, CategoricalComparison.Compare("x", reference, current), result);
        foreach (var drift in FromSketches(reference, current)) CheckSketch(c, drift, result);
    }

    public static IEnumerable<(FeatureDrift Drift, FeatureSketch Sketch)> FromSketches(double?[] reference, double?[] current)
    {
        var built = Reference(reference);
        foreach (var window in Windows.Merged(built, current, (w, x) => ((NumericSketch)w).Add([x ?? double.NaN])))
        {
            yield return (built.Compare(window), window);
        }
    }

    public static IEnumerable<FeatureDrift> FromSketches(string?[] reference, string?[] current)
    {
        var counted = reference.OfType<string>().CountBy(label => label, StringComparer.Ordinal);
        var built = FeatureReference.FromBytes(
            "x", CategoricalReference.Build("x", counted.Select(p => KeyValuePair.Create(p.Key, (long)p.Value)), reference.Count(r => r is null)).ToBytes());
        return Windows.Merged(built, current, (w, label) => ((CategoricalSketch)w).Add(label)).Select(built.Compare);
    }

    private static FeatureReference Reference(double?[] rows)
    {
        var finite = rows.OfType<double>().Where(double.IsFinite).ToArray();
        long missing = rows.Count(r => r is null), infinite = rows.Length - missing - finite.Length;
        return FeatureReference.FromBytes("x", NumericReference.Build("x", finite, new(0, missing, infinite)).ToBytes());
    }

    private static void CheckExact(JsonElement c, FeatureDrift drift, CaseResult result)
    {
        new Comparison(result, result.Exact, "", Tolerances.Exact).Check(c.GetProperty("expect"), FeatureShape.Of(drift));
        if (!c.TryGetProperty("decision", out var decision)) return;
        var decided = FeatureShape.Of(DriftPolicy.Decide([drift])[0]);
        new Comparison(result, result.Exact, "decision.", Tolerances.Exact).Check(decision, decided);
    }

    private static void CheckSketch(JsonElement c, FeatureDrift drift, CaseResult result)
    {
        new Comparison(result, result.Sketch, "sketch: ", Tolerances.Sketch).Check(c.GetProperty("expect"), FeatureShape.Of(drift));
        if (!c.TryGetProperty("decision", out var decision) || !decision.GetProperty("robust").GetBoolean()) return;
        var decided = FeatureShape.Of(DriftPolicy.Decide([drift])[0]);
        new Comparison(result, result.Sketch, "sketch: decision.", Tolerances.Sketch).Check(decision, decided);
    }
}

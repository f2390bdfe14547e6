using Portal.Core.Drift.Csv;
using Portal.Core.Drift.Policy;
using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Sketches;

namespace Portal.Core.Monitoring;

/// <summary>The report of a window: pure, from references, sketches and limits.</summary>
public sealed record WindowReport(DriftLevel Level, int Drifted, IReadOnlyList<FeatureDrift> Features, IReadOnlyList<FeatureDecision> Decisions)
{
    /// <summary>Compares every feature and decides over all of them together.</summary>
    public static WindowReport Of(
        IReadOnlyList<(FeatureReference Reference, ColumnRole Role)> features, IReadOnlyList<FeatureSketch> sketches,
        IReadOnlyDictionary<string, FeatureLimits> limits)
    {
        FeatureDrift[] drifts = [.. features.Select((f, i) => f.Reference.Compare(sketches[i]))];
        var decisions = DriftPolicy.Decide(drifts, name => limits.GetValueOrDefault(name)?.ToThresholds() ?? DriftThresholds.Default);
        var verdict = WindowVerdict.Of([.. decisions.Select((d, i) => (d, features[i].Role, limits.GetValueOrDefault(d.Feature)?.Critical ?? false))]);
        // The missing rate is judged in a window of any size, but a handful of rows does not speak for the model.
        if (drifts.Max(d => d.Current.Rows) < FeatureDrift.SmallestSample && verdict != DriftLevel.NoData) verdict = DriftLevel.Insufficient;
        return new(verdict, decisions.Count(d => d.Level == DriftLevel.Drift), drifts, decisions);
    }

    /// <summary>Writes the report into the window's rows.</summary>
    public void WriteTo(DriftWindow window, DateTimeOffset now)
    {
        window.Level = Level;
        window.Features = Features.Count;
        window.Drifted = Drifted;
        window.ReportedAt = now;
        var known = window.Results.ToDictionary(r => r.Position);
        for (var i = 0; i < Features.Count; i++)
        {
            if (!known.TryGetValue(i, out var result)) window.Results.Add(result = new FeatureResult { Position = i });
            var (drift, decision) = (Features[i], Decisions[i]);
            result.Feature = drift.Feature;
            result.Level = decision.Level;
            result.Reasons = string.Join(',', decision.Reasons);
            result.Values = drift.Current.Values;
            result.Psi = drift.Distances?.Psi;
            result.W1 = drift.W1Normalised;
            result.Ks = drift.Kolmogorov?.D;
            result.Q = decision.Q;
            result.MissingRate = drift.Missing?.CurrentRate ?? 0;
        }
    }
}

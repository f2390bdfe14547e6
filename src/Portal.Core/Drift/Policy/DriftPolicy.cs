using Portal.Core.Drift.Binning;
using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Policy;

/// <summary>Turns the numbers of a report into levels and reasons. One function decides for every page, alert and API.</summary>
public static class DriftPolicy
{
    // What a decision from sketches may differ by from the exact one.
    private const double SketchW1 = 0.02;
    private static readonly double SketchP = Math.Pow(10, 0.15);

    /// <summary>Decides every feature of one report together, since the false discovery rate is controlled over all of them.</summary>
    public static IReadOnlyList<FeatureDecision> Decide(
        IReadOnlyList<FeatureDrift> features, Func<string, DriftThresholds>? thresholds = null)
    {
        // A sketch may put every Kolmogorov-Smirnov probability off by the same factor, and each moves the rates of all.
        double?[] rates = Adjusted(features, 1), low = Adjusted(features, 1 / SketchP), high = Adjusted(features, SketchP);
        return
        [
            .. features.Select((f, i) => DecideOne(
                f, rates[i], [rates[i], low[i], high[i]], thresholds?.Invoke(f.Feature) ?? DriftThresholds.Default)),
        ];
    }

    /// <summary>
    /// The probability a feature is tested with: pooled chi-square where there are categories, else twice the smaller of
    /// Kolmogorov-Smirnov and stability index. Null when the feature is not tested.
    /// </summary>
    public static double? PValue(FeatureDrift drift) => PValue(drift, 1);

    private static double? PValue(FeatureDrift drift, double kolmogorovFactor)
    {
        if (drift.Status != FeatureStatus.Ok) return null;
        if (drift.ChiSquarePooled is { } chi) return chi.P;
        var ks = Math.Min(1, (drift.Kolmogorov?.PAsymptotic ?? 1) * kolmogorovFactor);
        return Math.Min(1, 2 * Math.Min(ks, drift.Distances!.PsiP));
    }

    private static double?[] Adjusted(IReadOnlyList<FeatureDrift> features, double kolmogorovFactor)
    {
        var p = features.Select(f => PValue(f, kolmogorovFactor)).ToArray();
        var adjusted = new Queue<double>(BenjaminiHochberg.Adjust([.. p.OfType<double>()]));
        return [.. p.Select(value => value is null ? (double?)null : adjusted.Dequeue())];
    }

    private static FeatureDecision DecideOne(FeatureDrift drift, double? q, double?[] possible, DriftThresholds limits)
    {
        var found = new List<(DriftReason Reason, DriftLevel Level)>();
        void Note(DriftReason reason, DriftLevel level)
        {
            if (level != DriftLevel.None) found.Add((reason, level));
        }

        var distribution = Distribution(drift, q, drift.W1Normalised, limits);
        Note(DriftReason.Distribution, distribution);
        Note(DriftReason.MissingRate, MissingRate(drift.Missing, limits));
        Note(DriftReason.OutOfRange, Range(drift, limits));
        Note(DriftReason.NewCategories, Unseen(drift, limits));

        var level = found.Count == 0 ? FromStatus(drift.Status) : found.Max(f => f.Level);
        var others = found.Where(f => f.Reason != DriftReason.Distribution).Select(f => f.Level).DefaultIfEmpty(DriftLevel.None).Max();
        return new(drift.Feature, level, [.. found.Select(f => f.Reason)], q, IsRobust(drift, possible, limits, Max(distribution, others), others));
    }

    private static DriftLevel Distribution(FeatureDrift drift, double? q, double? w1, DriftThresholds limits)
    {
        if (q is not { } rate || drift.Distances is not { } distances) return DriftLevel.None;
        var moved = w1 ?? 0;
        if ((distances.Psi >= limits.PsiDrift || moved >= limits.W1Drift) && rate <= limits.QDrift) return DriftLevel.Drift;
        return (distances.Psi >= limits.PsiWarn || moved >= limits.W1Warn) && rate <= limits.QWarn ? DriftLevel.Warn : DriftLevel.None;
    }

    private static DriftLevel MissingRate(MissingTest? test, DriftThresholds limits)
    {
        if (test is null || test.P > limits.MissingP) return DriftLevel.None;
        return Grade(Math.Abs(test.Delta), limits.MissingWarn, limits.MissingDrift);
    }

    private static DriftLevel Range(FeatureDrift drift, DriftThresholds limits) =>
        drift is { Status: FeatureStatus.Ok, Binning.Mode: BinningMode.Continuous, OutOfRange: { } outside } && outside.P <= limits.RangeP
            ? Grade(outside.Rate, limits.OutsideWarn, limits.OutsideDrift)
            : DriftLevel.None;

    private static DriftLevel Unseen(FeatureDrift drift, DriftThresholds limits)
    {
        var hasUnseenBin = drift.Kind == FeatureKind.Categorical || drift.Binning?.Mode == BinningMode.Discrete;
        if (drift.Status != FeatureStatus.Ok || !hasUnseenBin) return DriftLevel.None;
        var count = drift.CurrentCounts![^1];
        var expected = drift.NewCategories is { } seen ? 3d * seen.ReferenceSingletons / drift.Reference.Values : 0;
        var rate = (double)count / drift.Current.Values;
        return count >= limits.FewestNew && rate >= expected ? Grade(rate, limits.OutsideWarn, limits.OutsideDrift) : DriftLevel.None;
    }

    private static bool IsRobust(FeatureDrift drift, double?[] possible, DriftThresholds limits, DriftLevel level, DriftLevel others) =>
        drift.Kind != FeatureKind.Numeric || possible.All(q =>
            Max(Distribution(drift, q, drift.W1Normalised, limits), others) == level
            && Max(Distribution(drift, q, drift.W1Normalised - SketchW1, limits), others) == level);

    private static DriftLevel Grade(double value, double warn, double drift) =>
        value >= drift ? DriftLevel.Drift : value >= warn ? DriftLevel.Warn : DriftLevel.None;

    private static DriftLevel Max(DriftLevel a, DriftLevel b) => a > b ? a : b;

    private static DriftLevel FromStatus(FeatureStatus status) => status switch
    {
        FeatureStatus.Ok => DriftLevel.None,
        FeatureStatus.Insufficient => DriftLevel.Insufficient,
        FeatureStatus.NoData => DriftLevel.NoData,
        _ => DriftLevel.HighCardinality,
    };
}

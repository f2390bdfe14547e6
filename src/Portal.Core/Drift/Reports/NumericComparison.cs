using Portal.Core.Drift.Binning;
using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Reports;

/// <summary>Compares raw numeric samples exactly.</summary>
public static class NumericComparison
{
    /// <summary>Above this product of sample sizes the exact Kolmogorov-Smirnov p-value costs more than it tells.</summary>
    public const long DefaultExactCells = 4_000_000;

    /// <summary>
    /// Compares two samples. Null and NaN are missing, infinities are counted apart, -0.0 equals 0.0.
    /// The exact Kolmogorov-Smirnov probability takes time n1 n2 and is left out above <paramref name="exactCells"/>.
    /// </summary>
    public static FeatureDrift Compare(
        string feature, IReadOnlyList<double?> reference, IReadOnlyList<double?> current, long exactCells = DefaultExactCells)
    {
        var (x, referenceCounts) = Values(reference);
        var (y, currentCounts) = Values(current);
        var drift = new FeatureDrift
        {
            Feature = feature,
            Kind = FeatureKind.Numeric,
            Status = FeatureDrift.StatusOf(x.Length, y.Length),
            Reference = referenceCounts,
            Current = currentCounts,
            Missing = MissingTest.Of(referenceCounts.Missing, referenceCounts.Rows, currentCounts.Missing, currentCounts.Rows),
            ReferenceStatistics = x.Length == 0 ? null : NumericStatistics.Of(x),
            CurrentStatistics = y.Length == 0 ? null : NumericStatistics.Of(y),
        };
        if (drift.Status == FeatureStatus.NoData) return drift;

        var binning = NumericBinning.For(x, drift.ReferenceStatistics!.Distinct);
        var outside = y.Count(v => v < x[0] || v > x[^1]);
        return drift.WithBins(binning, binning.CountAll(x), binning.CountAll(y)) with
        {
            OutOfRange = OutOfRange.Of(outside, x.Length, y.Length),
            W1 = Wasserstein.Distance(x, y),
            W1Normalised = Wasserstein.Normalise(Wasserstein.Distance(x, y), drift.ReferenceStatistics.Deviation),
            Kolmogorov = Test(x, y, exactCells),
        };
    }

    /// <summary>Adds everything that follows from the counts of the bins alone.</summary>
    internal static FeatureDrift WithBins(this FeatureDrift drift, NumericBinning binning, long[] reference, long[] current)
    {
        var discrete = binning.Mode == BinningMode.Discrete;
        return drift with
        {
            Binning = binning,
            ReferenceCounts = reference,
            CurrentCounts = current,
            Distances = Distances.Between(reference, current),
            ChiSquare = discrete ? ChiSquareTest.Of(reference, current) : null,
            ChiSquarePooled = discrete ? ChiSquareTest.Pooled(reference, current, binning.Labels()) : null,
        };
    }

    /// <summary>The result for a statistic D, with the large-sample probabilities.</summary>
    internal static KolmogorovResult Kolmogorov(double d, long n1, long n2, double? exact = null, double certificate = 0)
    {
        var size = KolmogorovSmirnov.EffectiveSize(n1, n2);
        var rounded = (long)Math.Round(size, MidpointRounding.ToEven);
        return new(d, size, exact, rounded == 0 ? null : KolmogorovLaw.Survival(d, rounded),
            KolmogorovLaw.Limit(Math.Sqrt(size) * d), certificate);
    }

    private static KolmogorovResult Test(double[] x, double[] y, long exactCells)
    {
        var scaled = KolmogorovSmirnov.ScaledStatistic(x, y);
        var cells = (long)x.Length * y.Length;
        double? exact = cells <= exactCells ? KolmogorovExact.PValue(scaled, x.Length, y.Length) : null;
        return Kolmogorov((double)scaled / cells, x.Length, y.Length, exact);
    }

    private static (double[] Sorted, SideCounts Counts) Values(IReadOnlyList<double?> side)
    {
        var values = new List<double>(side.Count);
        long missing = 0, infinite = 0;
        foreach (var value in side)
        {
            if (value is not { } number || double.IsNaN(number)) missing++;
            else if (double.IsInfinity(number)) infinite++;
            else values.Add(number + 0.0);
        }

        var sorted = values.ToArray();
        Array.Sort(sorted);
        return (sorted, new(sorted.Length, missing, infinite));
    }
}

namespace Portal.Core.Drift.Statistics;

/// <summary>Descriptive statistics of the finite values of one side.</summary>
/// <param name="Mean">Arithmetic mean; null when it is beyond the range of a double.</param>
/// <param name="Deviation">Population standard deviation (ddof 0), exactly 0 for a constant.</param>
/// <param name="Min">Smallest value.</param>
/// <param name="Max">Largest value.</param>
/// <param name="Q05">Order statistic x[ceil(0.05 n)].</param>
/// <param name="Q50">Order statistic x[ceil(0.5 n)].</param>
/// <param name="Q95">Order statistic x[ceil(0.95 n)].</param>
/// <param name="Distinct">Distinct values; an estimate (1.6 % standard error) when it comes from a sketch.</param>
public sealed record NumericStatistics(
    double? Mean, double? Deviation, double Min, double Max, double Q05, double Q50, double Q95, long Distinct)
{
    /// <summary>Statistics of a sorted, non-empty sample.</summary>
    public static NumericStatistics Of(ReadOnlySpan<double> sorted)
    {
        var distinct = 1L;
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] != sorted[i - 1]) distinct++;
        }

        var scale = BinaryScale.For(sorted[0], sorted[^1]);
        var (mean, deviation) = Moments(sorted, scale);
        return new(BinaryScale.Undo(mean, scale), BinaryScale.Undo(deviation, scale), sorted[0], sorted[^1],
            OrderStatistic.At(sorted, 5, 100), OrderStatistic.At(sorted, 1, 2), OrderStatistic.At(sorted, 95, 100), distinct);
    }

    // Two passes over compensated sums of distances from the median, so that a small spread around a large value keeps its
    // digits; a constant must not show the rounding of its own mean.
    private static (double Mean, double Deviation) Moments(ReadOnlySpan<double> sorted, double scale)
    {
        if (sorted[0] == sorted[^1]) return (sorted[0] * scale, 0);
        var anchor = sorted[sorted.Length / 2] * scale;
        var sum = default(CompensatedSum);
        foreach (var value in sorted) sum.Add(value * scale - anchor);
        var mean = sum.Value / sorted.Length;
        var squares = default(CompensatedSum);
        foreach (var value in sorted) squares.Add((value * scale - anchor - mean) * (value * scale - anchor - mean));
        return (anchor + mean, Math.Sqrt(squares.Value / sorted.Length));
    }
}

/// <summary>Order statistics by integer arithmetic, without interpolation, so that they are reproducible to the bit.</summary>
public static class OrderStatistic
{
    /// <summary>x[ceil(n k / parts)], 1-based, of a sorted sample.</summary>
    public static double At(ReadOnlySpan<double> sorted, long k, long parts) => sorted[Index(sorted.Length, k, parts)];

    /// <summary>The 0-based index of x[ceil(n k / parts)].</summary>
    public static int Index(long n, long k, long parts) => (int)Math.Max(0, (n * k + parts - 1) / parts - 1);
}

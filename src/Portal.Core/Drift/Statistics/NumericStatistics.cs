namespace Portal.Core.Drift.Statistics;

/// <summary>Descriptive statistics of the finite values of one side.</summary>
/// <param name="Mean">Arithmetic mean; null when it is not known.</param>
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
        var moments = new Moments();
        moments.Add(sorted);
        return Of(sorted, moments);
    }

    /// <summary>The same, with moments that are known or come later.</summary>
    internal static NumericStatistics Of(ReadOnlySpan<double> sorted, Moments moments)
    {
        var distinct = 1L;
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i] != sorted[i - 1]) distinct++;
        }

        // A constant must not show the rounding of its own mean.
        var isConstant = sorted[0] == sorted[^1];
        return new(isConstant ? sorted[0] : moments.Mean, isConstant ? 0 : moments.Deviation, sorted[0], sorted[^1],
            OrderStatistic.At(sorted, 5, 100), OrderStatistic.At(sorted, 1, 2), OrderStatistic.At(sorted, 95, 100), distinct);
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

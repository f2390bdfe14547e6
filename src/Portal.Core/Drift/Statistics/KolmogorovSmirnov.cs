namespace Portal.Core.Drift.Statistics;

/// <summary>The two-sample Kolmogorov-Smirnov statistic of sorted samples.</summary>
public static class KolmogorovSmirnov
{
    /// <summary>
    /// max |i n2 - j n1| over the merged sample: D times n1 n2, as an integer so that ties and the exact
    /// p-value never suffer from rounding.
    /// </summary>
    public static long ScaledStatistic(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        long n1 = first.Length, n2 = second.Length, worst = 0;
        int i = 0, j = 0;
        while (i < n1 && j < n2)
        {
            var value = Math.Min(first[i], second[j]);
            while (i < n1 && first[i] <= value) i++;
            while (j < n2 && second[j] <= value) j++;
            worst = Math.Max(worst, Math.Abs(i * n2 - j * n1));
        }

        return worst;
    }

    /// <summary>n1 n2 / (n1 + n2), the sample size the one-sample laws are evaluated at.</summary>
    public static double EffectiveSize(long n1, long n2) => (double)n1 * n2 / (n1 + n2);
}

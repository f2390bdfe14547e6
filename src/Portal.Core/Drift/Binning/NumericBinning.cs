using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Binning;

/// <summary>How the values of a numeric feature are put into bins.</summary>
public enum BinningMode
{
    /// <summary>Right-closed intervals between order statistics of the reference.</summary>
    Continuous,

    /// <summary>One bin for each reference value and a last one for values the reference never had.</summary>
    Discrete,
}

/// <summary>
/// The bins of a numeric feature, fixed by its reference. Continuous: edges e_1 &lt; ... &lt; e_last make the bins
/// (-inf, e_1], ..., (e_last, +inf). Discrete: the sorted reference values, then one bin for everything else.
/// </summary>
public sealed record NumericBinning(BinningMode Mode, double[] Points)
{
    /// <summary>At most so many distinct reference values, each seen five times on average, are kept apart.</summary>
    public const int MostDiscreteValues = 20;

    /// <summary>Number of bins.</summary>
    public int Count => Points.Length + 1;

    /// <summary>Chooses mode and bins from the sorted, non-empty reference sample and its distinct count.</summary>
    public static NumericBinning For(ReadOnlySpan<double> sorted, long distinct) =>
        distinct <= MostDiscreteValues && sorted.Length >= 5 * distinct
            ? new(BinningMode.Discrete, Distinct(sorted))
            : new(BinningMode.Continuous, QuantileEdges(sorted, Math.Clamp(sorted.Length / 10, 2, 10)));

    /// <summary>
    /// e_k = x[ceil(n k / parts)], k = 1..parts-1; equal neighbours show an atom, which the next smaller double isolates.
    /// </summary>
    public static double[] QuantileEdges(ReadOnlySpan<double> sorted, int parts)
    {
        var edges = new SortedSet<double>();
        for (var k = 1; k < parts; k++)
        {
            int at = OrderStatistic.Index(sorted.Length, k, parts), next = OrderStatistic.Index(sorted.Length, k + 1, parts);
            edges.Add(sorted[at]);
            if (k + 1 < parts && at != next && sorted[at] == sorted[next]) edges.Add(Math.BitDecrement(sorted[at]));
        }

        return [.. edges];
    }

    /// <summary>The bin of a value. -0.0 and 0.0 are the same value.</summary>
    public int IndexOf(double value)
    {
        var index = Array.BinarySearch(Points, value);
        if (index >= 0) return index;
        return Mode == BinningMode.Continuous ? ~index : Points.Length;
    }

    /// <summary>Counts per bin.</summary>
    public long[] CountAll(ReadOnlySpan<double> values)
    {
        var counts = new long[Count];
        foreach (var value in values) counts[IndexOf(value)]++;
        return counts;
    }

    /// <summary>The labels of the bins in discrete mode, as used by the pooled chi-square test.</summary>
    public IReadOnlyList<string> Labels() => [.. Points.Select(NumberLabel.Of), NumberLabel.New];

    private static double[] Distinct(ReadOnlySpan<double> sorted)
    {
        var values = new List<double> { sorted[0] };
        foreach (var value in sorted)
        {
            if (value != values[^1]) values.Add(value);
        }

        return [.. values];
    }
}

namespace Portal.Core.Drift.Statistics;

/// <summary>The first Wasserstein distance: the area between two empirical distribution functions, in the unit of the values.</summary>
public static class Wasserstein
{
    /// <summary>The exact distance of two sorted, non-empty samples; null when it is beyond the range of a double.</summary>
    public static double? Distance(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        long n1 = first.Length, n2 = second.Length;
        var area = default(CompensatedSum);
        int i = 0, j = 0;
        var left = Math.Min(first[0], second[0]);
        var scale = BinaryScale.For(left, Math.Max(first[^1], second[^1]));
        while (i < n1 || j < n2)
        {
            var right = i == n1 ? second[j] : j == n2 ? first[i] : Math.Min(first[i], second[j]);
            area.Add(Math.Abs(i * n2 - j * n1) * (right * scale - left * scale));
            left = right;
            while (i < n1 && first[i] <= right) i++;
            while (j < n2 && second[j] <= right) j++;
        }

        return BinaryScale.Undo(area.Value / ((double)n1 * n2), scale);
    }

    /// <summary>The distance in reference standard deviations; null when the reference does not vary and the current data moved.</summary>
    public static double? Normalise(double? distance, double? referenceDeviation) => referenceDeviation switch
    {
        > 0 when distance is { } moved => Finite(moved / referenceDeviation.Value),
        0 when distance == 0 => 0,
        _ => null,
    };

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

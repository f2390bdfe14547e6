using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Sketches;

/// <summary>Distances between the distribution functions of two sketches over the same edges.</summary>
internal static class SketchDistances
{
    /// <summary>
    /// The largest distance at the edges and just before them, a lower bound of D, and how much more D could be: inside a
    /// bin the functions cannot part by more than the smaller of their masses there.
    /// </summary>
    public static (double D, double Certificate) Kolmogorov(NumericSketch first, NumericSketch second, SketchEdges edges)
    {
        double n1 = first.Values, n2 = second.Values, d = 0, bound = 0, left = 0;
        long i = 0, j = 0;
        for (var bin = 0; bin < edges.Count; bin++)
        {
            long inside1 = first.BinCounts[bin] - first.OnEdge[bin], inside2 = second.BinCounts[bin] - second.OnEdge[bin];
            var before = Math.Abs((i + inside1) / n1 - (j + inside2) / n2);
            i += first.BinCounts[bin];
            j += second.BinCounts[bin];
            var right = Math.Abs(i / n1 - j / n2);
            d = Math.Max(d, Math.Max(before, right));
            bound = Math.Max(bound, Math.Max(left, before) + Math.Min(inside1 / n1, inside2 / n2));
            left = right;
        }

        return (d, Math.Max(0, Math.Min(1, bound) - d));
    }

    /// <summary>
    /// The sum over bins of the absolute difference of the areas under the two functions, which are known exactly: a
    /// lower bound of the distance, equal unless the functions cross inside a bin. The open ends use minimum and maximum.
    /// </summary>
    public static double? Wasserstein(NumericSketch first, NumericSketch second)
    {
        var scale = Math.Min(first.Scale, second.Scale);
        var edges = first.EdgesInScale(scale);
        double n1 = first.Values, n2 = second.Values;
        double lowest = Math.Min(first.Min, second.Min) * scale, highest = Math.Max(first.Max, second.Max) * scale;
        long i = 0, j = 0;
        var total = default(CompensatedSum);
        for (var bin = 0; bin <= edges.Length; bin++)
        {
            var left = bin == 0 ? Math.Min(lowest, edges[0]) : edges[bin - 1];
            var right = bin == edges.Length ? Math.Max(highest, edges[^1]) : edges[bin];
            double Area(NumericSketch sketch, long before, double n)
            {
                // The last bin keeps distances to its left edge, since it has no right one.
                var gap = sketch.Gap(bin) * (scale / sketch.Scale);
                var inside = bin == edges.Length ? sketch.BinCounts[bin] * (right - left) - gap : gap;
                return before / n * (right - left) + inside / n;
            }

            total.Add(Math.Abs(Area(first, i, n1) - Area(second, j, n2)));
            i += first.BinCounts[bin];
            j += second.BinCounts[bin];
        }

        return BinaryScale.Undo(total.Value, scale);
    }
}

using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Sketches;

/// <summary>Statistics of a window, read off its sketch.</summary>
internal static class SketchStatistics
{
    public static NumericStatistics? Of(NumericSketch sketch, SketchEdges edges) => sketch.Values == 0 ? null : new(
        sketch.Mean, sketch.Deviation, sketch.Min, sketch.Max,
        Quantile(sketch, edges, 50), Quantile(sketch, edges, 500), Quantile(sketch, edges, 950),
        sketch.Min == sketch.Max ? 1 : sketch.Distinct);

    /// <summary>
    /// The order statistic x[ceil(n permille / 1000)], linear inside the bin that holds it: of the reference's bins and the
    /// window's own, the one with fewer values, since the rank is wrong by at most those.
    /// </summary>
    public static double Quantile(NumericSketch sketch, SketchEdges edges, int permille)
    {
        var rank = OrderStatistic.Index(sketch.Values, permille, 1000) + 1L;
        Bracket fixedBin = FixedBin(sketch, edges, rank), ownBin = sketch.Own.At(rank);
        var bin = ownBin.Count <= fixedBin.Count ? ownBin : fixedBin;
        // The value lies in both.
        var left = Math.Max(sketch.Min, Math.Max(fixedBin.Left, ownBin.Left));
        var right = Math.Min(sketch.Max, Math.Min(fixedBin.Right, ownBin.Right));
        var t = (double)(rank - bin.Before) / bin.Count;
        return left == right ? left : left * (1 - t) + right * t;
    }

    private static Bracket FixedBin(NumericSketch sketch, SketchEdges edges, long rank)
    {
        var below = 0L;
        var bin = 0;
        while (below + sketch.BinCounts[bin] < rank) below += sketch.BinCounts[bin++];
        var right = bin < edges.Edges.Length ? edges.Edges[bin] : double.PositiveInfinity;
        var left = edges.HoldsOneValue(bin) ? right : bin == 0 ? double.NegativeInfinity : edges.Edges[bin - 1];
        return new(left, right, below, sketch.BinCounts[bin]);
    }

    /// <summary>The share of values up to a point, linear inside bins.</summary>
    public static double Cumulative(NumericSketch sketch, SketchEdges edges, double at)
    {
        var below = 0d;
        for (var bin = 0; bin < edges.Count; bin++)
        {
            var count = sketch.BinCounts[bin];
            if (count == 0) continue;
            var left = bin > 0 ? Math.Max(edges.Edges[bin - 1], sketch.Min) : sketch.Min;
            var right = bin < edges.Edges.Length ? Math.Min(edges.Edges[bin], sketch.Max) : sketch.Max;
            if (right <= at)
            {
                below += count;
                continue;
            }

            if (left >= at) break;
            var inside = (at - left) / (right - left) * count;
            if (bin == 0 || bin == edges.Edges.Length) inside = Math.Clamp(sketch.Own.CountUpTo(at) - below, 0, count);
            below += inside;
            break;
        }

        return below / sketch.Values;
    }
}

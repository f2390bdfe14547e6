using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Sketches;

/// <summary>Statistics of a window, read off its sketch.</summary>
internal static class SketchStatistics
{
    public static NumericStatistics? Of(NumericSketch sketch, SketchEdges edges) => sketch.Values == 0 ? null : new(
        sketch.Mean, sketch.Deviation, sketch.Min, sketch.Max,
        Quantile(sketch, edges, 0.05), Quantile(sketch, edges, 0.5), Quantile(sketch, edges, 0.95),
        sketch.Min == sketch.Max ? 1 : sketch.Distinct);

    // Linear inside the bin that holds the rank: wrong by at most the bin's mass.
    public static double Quantile(NumericSketch sketch, SketchEdges edges, double p)
    {
        var rank = Math.Max(1, Math.Ceiling(p * sketch.Values));
        var below = 0L;
        var bin = 0;
        while (below + sketch.BinCounts[bin] < rank) below += sketch.BinCounts[bin++];

        var share = rank - below;
        var outer = edges.Edges.Length;
        if (bin == 0) return Math.Max(sketch.Min, edges.Edges[0] - sketch.Below.DistanceAt(sketch.BinCounts[0] - share, edges.Edges[0] - sketch.Min));
        if (bin == outer) return Math.Min(sketch.Max, edges.Edges[^1] + sketch.Above.DistanceAt(share, sketch.Max - edges.Edges[^1]));

        var right = Math.Min(edges.Edges[bin], sketch.Max);
        if (edges.HoldsOneValue(bin)) return right;
        var left = Math.Max(edges.Edges[bin - 1], sketch.Min);
        var t = share / sketch.BinCounts[bin];
        return left * (1 - t) + right * t;
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
            if (bin == edges.Edges.Length) inside = sketch.Above.CountUpTo(at - edges.Edges[^1]);
            else if (bin == 0) inside = count - sketch.Below.CountUpTo(edges.Edges[0] - at);
            below += inside;
            break;
        }

        return below / sketch.Values;
    }
}

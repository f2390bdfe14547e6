using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Portal.Core.Drift.Binning;
using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Sketches;

/// <summary>
/// The fine bins of a numeric sketch: every edge of the report's bins, 200 order statistics, the ends of the range,
/// and equal-width points that split gaps in which the reference has no values.
/// </summary>
public sealed class SketchEdges
{
    /// <summary>At most so many edges, so that a bin number fits a byte.</summary>
    public const int Most = 254;

    private const int Quantiles = 200;
    private const int EqualWidthPoints = 51;
    private readonly double[] _padded = new double[256];

    internal SketchEdges(double[] edges, NumericBinning binning)
    {
        Edges = edges;
        Array.Fill(_padded, double.PositiveInfinity);
        edges.CopyTo(_padded, 0);
        CoarseBin = [.. Enumerable.Range(0, Count).Select(bin => CoarseOf(bin, binning))];
    }

    /// <summary>The edges, ascending; bins are right-closed.</summary>
    public double[] Edges { get; }

    /// <summary>Number of bins.</summary>
    public int Count => Edges.Length + 1;

    /// <summary>The report's bin that each fine bin belongs to.</summary>
    public int[] CoarseBin { get; }

    /// <summary>Chooses the edges from the sorted reference sample.</summary>
    public static SketchEdges For(ReadOnlySpan<double> sorted, double min, double max, NumericBinning binning)
    {
        var edges = new SortedSet<double> { Math.BitDecrement(min), max };
        if (binning.Mode == BinningMode.Discrete)
        {
            foreach (var value in binning.Points)
            {
                edges.Add(Math.BitDecrement(value));
                edges.Add(value);
            }

            return new([.. edges], binning);
        }

        edges.UnionWith(binning.Points);
        foreach (var edge in NumericBinning.QuantileEdges(sorted, Quantiles)) AddWhileRoom(edges, edge);
        // A long tail can cross the other distribution inside the outermost bins; these split them.
        foreach (var permille in (int[])[9975, 9990, 25, 10]) AddWhileRoom(edges, OrderStatistic.At(sorted, permille, 10_000));
        double low = OrderStatistic.At(sorted, 5, 1000), high = OrderStatistic.At(sorted, 995, 1000);
        for (var k = 0; k < EqualWidthPoints; k++)
        {
            var t = k / (EqualWidthPoints - 1d);
            AddWhileRoom(edges, low * (1 - t) + high * t);
        }

        return new([.. edges], binning);
    }

    /// <summary>The number of edges below a value, by a binary search without branches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int IndexOf(double value)
    {
        ref var edges = ref MemoryMarshal.GetArrayDataReference(_padded);
        var index = 0;
        for (var step = 128; step > 0; step >>= 1)
        {
            if (Unsafe.Add(ref edges, index + step - 1) < value) index += step;
        }

        return index;
    }

    /// <summary>Whether a bin can hold one value only.</summary>
    public bool HoldsOneValue(int bin) => bin > 0 && bin < Edges.Length && Math.BitDecrement(Edges[bin]) == Edges[bin - 1];

    private int CoarseOf(int bin, NumericBinning binning)
    {
        if (bin == Edges.Length) return binning.Count - 1;
        // A right-closed fine bin lies wholly in the report's bin of its right edge; in discrete mode only a
        // bin that holds one value can stand for a reference value.
        if (binning.Mode == BinningMode.Continuous || HoldsOneValue(bin)) return binning.IndexOf(Edges[bin]);
        return binning.Count - 1;
    }

    private static void AddWhileRoom(SortedSet<double> edges, double edge)
    {
        if (edges.Count < Most) edges.Add(edge);
    }
}

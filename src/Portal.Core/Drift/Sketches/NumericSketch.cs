using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Sketches;

/// <summary>
/// A window of a numeric feature: counts per fine bin and, per bin, the sum of distances to its right edge (for the last
/// bin: to its left edge), from which the area under the distribution function follows exactly. Mean and variance come from
/// exact sums, and a histogram of the window's own tells values apart where the reference has none. Adding is order-free.
/// </summary>
public sealed class NumericSketch : FeatureSketch
{
    private readonly SketchEdges _edges;
    private readonly long[] _counts;
    private readonly long[] _onEdge;
    private readonly CompensatedSum[] _gaps;
    private readonly HyperLogLog _distinct;
    private readonly ValueHistogram _own;
    private readonly Moments _moments;
    private double _scale;
    private long _missing;
    private long _infinite;
    private long _typeErrors;

    internal NumericSketch(SketchEdges edges, double scale)
        : this(edges, new long[edges.Count], new long[edges.Count], new CompensatedSum[edges.Count], new(), new(), new(), scale)
    {
    }

    private NumericSketch(
        SketchEdges edges, long[] counts, long[] onEdge, CompensatedSum[] gaps, HyperLogLog distinct, ValueHistogram own, Moments moments, double scale)
    {
        _edges = edges;
        _counts = counts;
        _onEdge = onEdge;
        _gaps = gaps;
        _distinct = distinct;
        _own = own;
        _moments = moments;
        _scale = scale;
    }

    /// <summary>Finite values.</summary>
    public long Values => _moments.Count;

    /// <summary>Smallest value; +infinity while empty.</summary>
    public double Min { get; private set; } = double.PositiveInfinity;

    /// <summary>Largest value; -infinity while empty.</summary>
    public double Max { get; private set; } = double.NegativeInfinity;

    /// <inheritdoc />
    public override SideCounts Counts => new(Values, _missing, _infinite, _typeErrors);

    /// <summary>Values per fine bin.</summary>
    public ReadOnlySpan<long> BinCounts => _counts;

    /// <summary>Values per fine bin that equal its right edge, which tells the distribution function on both sides of the edge.</summary>
    internal ReadOnlySpan<long> OnEdge => _onEdge;

    internal double Scale => _scale;

    internal ValueHistogram Own => _own;

    internal double Gap(int bin) => _gaps[bin].Value;

    /// <summary>Number of distinct values: exact while they are few, then an estimate.</summary>
    public long Distinct => _own.Distinct ?? _distinct.Estimate();

    /// <summary>Arithmetic mean; null while empty.</summary>
    public double? Mean => _moments.Mean;

    /// <summary>Population standard deviation, exactly 0 for a constant.</summary>
    public double? Deviation => Values == 0 ? null : Min == Max ? 0 : _moments.Deviation;

    /// <summary>Adds a batch: NaN is missing, infinities are counted apart, -0.0 is 0.0. The batch is overwritten.</summary>
    public void Add(Span<double> batch, long typeErrors = 0)
    {
        _typeErrors += typeErrors;
        var values = KeepFinite(batch);
        if (values.IsEmpty) return;

        var (low, high) = (values[0], values[0]);
        foreach (var value in values)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        (Min, Max) = (Math.Min(Min, low), Math.Max(Max, high));
        Rescale(BinaryScale.For(low, high));
        _moments.Add(values);
        _own.Add(values);
        AddBins(values);
    }

    /// <summary>Adds rows that hold no finite value.</summary>
    public void AddOthers(long missing, long infinite)
    {
        _missing += missing;
        _infinite += infinite;
    }

    /// <inheritdoc />
    public override void Merge(FeatureSketch other)
    {
        var from = (NumericSketch)other;
        _missing += from._missing;
        _infinite += from._infinite;
        _typeErrors += from._typeErrors;
        if (from.Values == 0) return;

        Rescale(from._scale);
        var factor = _scale / from._scale;
        for (var k = 0; k < _counts.Length; k++)
        {
            _counts[k] += from._counts[k];
            _onEdge[k] += from._onEdge[k];
            _gaps[k].Add(from._gaps[k].Scaled(factor));
        }

        _moments.Merge(from._moments);
        (Min, Max) = (Math.Min(Min, from.Min), Math.Max(Max, from.Max));
        _distinct.Merge(from._distinct);
        _own.Merge(from._own);
    }

    internal double[] EdgesInScale(double scale) => [.. _edges.Edges.Select(e => e * scale)];

    private protected override void Write(BinaryWriter writer)
    {
        writer.Write(_counts);
        foreach (var (count, gap) in _counts.Zip(_gaps))
        {
            if (count > 0) writer.Write(gap.Value);
        }

        writer.WriteSparse(_onEdge);

        writer.Write7BitEncodedInt64(_missing);
        writer.Write7BitEncodedInt64(_infinite);
        writer.Write7BitEncodedInt64(_typeErrors);
        writer.Write(_scale);
        writer.Write(Min);
        writer.Write(Max);
        _distinct.Write(writer);
        _own.Write(writer);
        _moments.Write(writer);
    }

    internal static NumericSketch Read(BinaryReader reader, SketchEdges edges)
    {
        var counts = reader.ReadCounts();
        if (counts.Length != edges.Count) throw new InvalidDataException("The sketch was made for another reference.");
        var gaps = counts.Select(c => c > 0 ? new CompensatedSum(reader.ReadDouble(), 0) : default).ToArray();
        var onEdge = reader.ReadSparse(counts.Length);
        long missing = reader.Read7BitEncodedInt64(), infinite = reader.Read7BitEncodedInt64(), typeErrors = reader.Read7BitEncodedInt64();
        var scale = reader.ReadDouble();
        var (min, max) = (reader.ReadDouble(), reader.ReadDouble());
        return new(edges, counts, onEdge, gaps, HyperLogLog.Read(reader), ValueHistogram.Read(reader), Moments.Read(reader), scale)
        {
            _missing = missing,
            _infinite = infinite,
            _typeErrors = typeErrors,
            Min = min,
            Max = max,
        };
    }

    private Span<double> KeepFinite(Span<double> batch)
    {
        var kept = 0;
        foreach (var value in batch)
        {
            if (double.IsFinite(value)) batch[kept++] = value + 0.0;
            else if (double.IsNaN(value)) _missing++;
            else _infinite++;
        }

        return batch[..kept];
    }

    private void AddBins(ReadOnlySpan<double> values)
    {
        var edges = _edges.Edges;
        foreach (var value in values)
        {
            var bin = _edges.IndexOf(value);
            _counts[bin]++;
            if (bin < edges.Length && value == edges[bin]) _onEdge[bin]++;
            var gap = bin < edges.Length ? edges[bin] * _scale - value * _scale : value * _scale - edges[^1] * _scale;
            _gaps[bin].Add(gap);
            _distinct.Add(StableHash.Of(value));
        }
    }

    // Huge values would overflow the sums of distances; bringing everything down by a power of two loses only what no longer matters.
    private void Rescale(double needed)
    {
        if (needed >= _scale) return;
        var factor = needed / _scale;
        for (var k = 0; k < _gaps.Length; k++) _gaps[k] = _gaps[k].Scaled(factor);
        _scale = needed;
    }
}

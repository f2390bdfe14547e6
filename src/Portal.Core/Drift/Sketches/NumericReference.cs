using Portal.Core.Drift.Binning;
using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Sketches;

/// <summary>The reference of a numeric feature: bins, fine edges, statistics, and its own histogram.</summary>
public sealed class NumericReference : FeatureReference
{
    private readonly NumericBinning? _binning;
    private readonly SketchEdges _edges;
    private readonly NumericSketch _self;
    private readonly NumericStatistics? _statistics;

    private NumericReference(string feature, NumericBinning? binning, SketchEdges edges, NumericSketch self, NumericStatistics? statistics)
        : base(feature)
    {
        _binning = binning;
        _edges = edges;
        _self = self;
        _statistics = statistics;
    }

    /// <inheritdoc />
    public override FeatureKind Kind => FeatureKind.Numeric;

    /// <inheritdoc />
    public override FeatureSketch Self => _self;

    /// <summary>The bins of the report; null when the reference has no value.</summary>
    public NumericBinning? Binning => _binning;

    /// <summary>Statistics of the reference values; null when there is none.</summary>
    public NumericStatistics? Statistics => ReferenceStatistics();

    /// <summary>
    /// Builds the reference from all its finite values, which are sorted in place, and the rows that are not values.
    /// </summary>
    public static NumericReference Build(string feature, Span<double> values, SideCounts others)
    {
        values.Sort();
        // Mean and deviation come from the reference's own histogram, which counts the values anyway.
        var statistics = values.IsEmpty ? null : NumericStatistics.Of(values, new Moments());
        var reference = Shape(feature, values, statistics);
        reference._self.Add(values, others.TypeErrors);
        reference._self.AddOthers(others.Missing, others.Infinite);
        return reference;
    }

    /// <summary>
    /// Fixes the bins from a sorted sample of a reference too large to hold; every value is then added to
    /// <see cref="FeatureReference.Self"/> in a second pass. Edges differ a little from exact ones, counts do not.
    /// </summary>
    public static NumericReference FromSample(string feature, Span<double> sample, double min, double max)
    {
        sample.Sort();
        var statistics = NumericStatistics.Of(sample) with { Min = min, Max = max };
        return Shape(feature, sample, statistics);
    }

    /// <inheritdoc />
    public override FeatureSketch NewWindow() => new NumericSketch(_edges, _self.Scale);

    /// <inheritdoc />
    public override FeatureDrift Compare(FeatureSketch window)
    {
        var current = (NumericSketch)window;
        SideCounts r = _self.Counts, c = current.Counts;
        var drift = new FeatureDrift
        {
            Feature = Feature,
            Kind = FeatureKind.Numeric,
            Status = FeatureDrift.StatusOf(r.Values, c.Values),
            Reference = r,
            Current = c,
            Missing = MissingTest.Of(r.Missing, r.Rows, c.Missing, c.Rows),
            ReferenceStatistics = ReferenceStatistics(),
            CurrentStatistics = SketchStatistics.Of(current, _edges),
        };
        if (drift.Status == FeatureStatus.NoData) return drift;

        var w1 = SketchDistances.Wasserstein(_self, current);
        var (d, certificate) = SketchDistances.Kolmogorov(_self, current, _edges);
        // The first and the last bin are exactly what lies below the reference's minimum and above its maximum.
        var outside = current.BinCounts[0] + current.BinCounts[^1];
        return drift.WithBins(_binning!, Coarse(_self), Coarse(current)) with
        {
            OutOfRange = OutOfRange.Of(outside, r.Values, c.Values),
            W1 = w1,
            W1Normalised = Wasserstein.Normalise(w1, drift.ReferenceStatistics!.Deviation),
            Kolmogorov = NumericComparison.Kolmogorov(d, r.Values, c.Values, certificate: certificate),
        };
    }

    /// <summary>The range that holds all but 1 % of the reference and the middle 90 % of the window.</summary>
    internal (double Low, double High) Bulk(NumericSketch window)
    {
        double low = SketchStatistics.Quantile(_self, _edges, 5), high = SketchStatistics.Quantile(_self, _edges, 995);
        return (Math.Min(low, SketchStatistics.Quantile(window, _edges, 50)), Math.Max(high, SketchStatistics.Quantile(window, _edges, 950)));
    }

    /// <summary>Shares of a sketch over other bins, each fine bin spread evenly; what lies beyond goes to the outermost bins.</summary>
    internal double[] Shares(NumericSketch sketch, double[] edges)
    {
        var shares = new double[edges.Length - 1];
        var below = 0d;
        for (var k = 0; k < shares.Length; k++)
        {
            var upTo = k == shares.Length - 1 ? 1 : SketchStatistics.Cumulative(sketch, _edges, edges[k + 1]);
            shares[k] = Math.Max(0, upTo - below);
            below = Math.Max(below, upTo);
        }

        return shares;
    }

    private protected override void Write(BinaryWriter writer)
    {
        writer.Write(_statistics is not null);
        if (_statistics is { } s)
        {
            writer.Write((byte)_binning!.Mode);
            writer.Write(_binning.Points);
            writer.Write((double[])[s.Min, s.Max, s.Q05, s.Q50, s.Q95, s.Mean ?? double.NaN, s.Deviation ?? double.NaN]);
            writer.Write7BitEncodedInt64(s.Distinct);
        }

        writer.Write(_edges.Edges);
        writer.Write(_self.ToBytes());
    }

    internal static NumericReference Read(string feature, BinaryReader reader)
    {
        NumericBinning? binning = null;
        NumericStatistics? statistics = null;
        if (reader.ReadBoolean())
        {
            binning = new((BinningMode)reader.ReadByte(), reader.ReadDoubles());
            var s = reader.ReadDoubles();
            statistics = new(Known(s[5]), Known(s[6]), s[0], s[1], s[2], s[3], s[4], reader.Read7BitEncodedInt64());
        }

        var edges = new SketchEdges(reader.ReadDoubles(), binning ?? Nothing);
        SketchFormat.ExpectVersion(reader);
        return new(feature, binning, edges, NumericSketch.Read(reader, edges), statistics);
    }

    private protected override FeatureSketch ReadWindow(BinaryReader reader) => NumericSketch.Read(reader, _edges);

    private static NumericBinning Nothing => new(BinningMode.Continuous, [0]);

    private static NumericReference Shape(string feature, ReadOnlySpan<double> sorted, NumericStatistics? statistics)
    {
        if (statistics is null)
        {
            var blank = new SketchEdges([0], Nothing);
            return new(feature, null, blank, new(blank, 1), null);
        }

        var binning = NumericBinning.For(sorted, statistics.Distinct);
        var edges = SketchEdges.For(sorted, statistics.Min, statistics.Max, binning);
        return new(feature, binning, edges, new(edges, BinaryScale.For(statistics.Min, statistics.Max)), statistics);
    }

    // After a second pass the histogram knows mean and deviation better than the sample did.
    private NumericStatistics? ReferenceStatistics() => _statistics is null || _self.Values == 0 ? _statistics : _statistics with
    {
        Mean = _self.Mean,
        Deviation = _self.Deviation,
    };

    private long[] Coarse(NumericSketch sketch)
    {
        var counts = new long[_binning!.Count];
        for (var bin = 0; bin < _edges.Count; bin++) counts[_edges.CoarseBin[bin]] += sketch.BinCounts[bin];
        return counts;
    }

    private static double? Known(double value) => double.IsNaN(value) ? null : value;
}

namespace Portal.Core.Drift.Sketches;

/// <summary>
/// Distances of values beyond one end of the reference's range, in equal bins that double their width whenever more than
/// 256 of them are occupied (uniform collapse, as in Epicoco et al. 2020). The final width depends on the values alone, so
/// merging in any order gives the same histogram.
/// </summary>
internal sealed class TailHistogram
{
    private const int MostBins = 256;
    private SortedDictionary<double, long> _bins = [];
    private double _width;

    public void Add(double distance, double finestWidth)
    {
        if (_width == 0) _width = finestWidth;
        var bin = Math.Floor(Math.Min(distance, double.MaxValue) / _width);
        Count(_bins, double.IsFinite(bin) ? bin : double.MaxValue, 1);
        Collapse();
    }

    public void Merge(TailHistogram other)
    {
        if (other._bins.Count == 0) return;
        var (bins, width) = (other._bins, other._width);
        if (_width == 0) _width = width;
        while (_width < width) Double();
        for (; width < _width; width *= 2) bins = Halved(bins);
        foreach (var (bin, count) in bins) Count(_bins, bin, count);
        Collapse();
    }

    /// <summary>The distance that <paramref name="rank"/> values do not exceed, linear inside a bin.</summary>
    public double DistanceAt(double rank, double farthest)
    {
        foreach (var (bin, count) in _bins)
        {
            if (rank <= count)
            {
                var right = Math.Min(farthest, (bin + 1) * _width);
                var left = bin * _width;
                return left + (right - left) * Math.Max(0, rank / count);
            }

            rank -= count;
        }

        return farthest;
    }

    /// <summary>Values within a distance, linear inside a bin.</summary>
    public double CountUpTo(double distance)
    {
        var total = 0d;
        foreach (var (bin, count) in _bins) total += count * Math.Clamp((distance - bin * _width) / _width, 0, 1);
        return total;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_bins.Count);
        if (_bins.Count == 0) return;
        writer.Write(_width);
        foreach (var (bin, count) in _bins)
        {
            writer.Write(bin);
            writer.Write7BitEncodedInt64(count);
        }
    }

    public static TailHistogram Read(BinaryReader reader)
    {
        var tail = new TailHistogram();
        var left = reader.Read7BitEncodedInt();
        if (left > 0) tail._width = reader.ReadDouble();
        for (; left > 0; left--) tail._bins[reader.ReadDouble()] = reader.Read7BitEncodedInt64();
        return tail;
    }

    private void Collapse()
    {
        while (_bins.Count > MostBins) Double();
    }

    private void Double()
    {
        _bins = Halved(_bins);
        _width *= 2;
    }

    private static SortedDictionary<double, long> Halved(SortedDictionary<double, long> bins)
    {
        var halved = new SortedDictionary<double, long>();
        foreach (var (bin, count) in bins) Count(halved, Math.Floor(bin / 2), count);
        return halved;
    }

    private static void Count(SortedDictionary<double, long> bins, double bin, long count) =>
        bins[bin] = bins.GetValueOrDefault(bin) + count;
}

using System.Runtime.InteropServices;

namespace Portal.Core.Drift.Sketches;

/// <summary>Values that lie together in a bin: the bin's ends, the values before it and in it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Bracket(double Left, double Right, long Before, long Count);

/// <summary>
/// Values in bins of neighbouring doubles, each value in a bin of its own at first; whenever more than 256 bins are occupied
/// all double their width (uniform collapse, as in Epicoco et al. 2020). The final width depends on the values alone, so
/// merging in any order gives the same histogram. It needs no reference: a mode in a gap of the reference, or far outside it,
/// is seen as finely as any other.
/// </summary>
internal sealed class ValueHistogram
{
    private const int MostBins = 256;
    private Dictionary<long, long> _bins = [];
    private int _width;

    /// <summary>How many distinct values were added, as long as each has a bin of its own.</summary>
    public long? Distinct => _width == 0 ? _bins.Count : null;

    /// <summary>Adds finite values; -0.0 must have been made 0.0.</summary>
    public void Add(ReadOnlySpan<double> values)
    {
        foreach (var value in values) Count(KeyOf(value) >> _width, 1);
    }

    /// <summary>Adds another histogram.</summary>
    public void Merge(ValueHistogram other)
    {
        while (_width < other._width) Widen();
        foreach (var (bin, count) in other._bins) Count(bin >> (_width - other._width), count);
    }

    /// <summary>The bin of the value of a rank, counted from 1.</summary>
    public Bracket At(long rank)
    {
        var before = 0L;
        foreach (var (bin, count) in Ordered())
        {
            if (before + count >= rank) return new(Left(bin), Right(bin), before, count);
            before += count;
        }

        throw new ArgumentOutOfRangeException(nameof(rank));
    }

    /// <summary>Values up to a point, linear inside a bin.</summary>
    public double CountUpTo(double at)
    {
        var total = 0d;
        foreach (var (bin, count) in Ordered())
        {
            double left = Left(bin), right = Right(bin);
            if (right <= at) total += count;
            else if (left <= at) total += count * ((at - left) / (right - left));
        }

        return total;
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write((byte)_width);
        writer.Write7BitEncodedInt(_bins.Count);
        var last = 0L;
        foreach (var (bin, count) in Ordered())
        {
            writer.Write7BitEncodedInt64(bin - last);
            writer.Write7BitEncodedInt64(count);
            last = bin;
        }
    }

    public static ValueHistogram Read(BinaryReader reader)
    {
        var histogram = new ValueHistogram { _width = reader.ReadByte() };
        var bin = 0L;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            bin += reader.Read7BitEncodedInt64();
            histogram._bins[bin] = reader.Read7BitEncodedInt64();
        }

        return histogram;
    }

    private IEnumerable<KeyValuePair<long, long>> Ordered() => _bins.OrderBy(b => b.Key);

    private double Left(long bin) => ValueOf(bin << _width);

    private double Right(long bin) => ValueOf((bin << _width) | ((1L << _width) - 1));

    private void Count(long bin, long count)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_bins, bin, out var known) += count;
        if (known) return;
        while (_bins.Count > MostBins) Widen();
    }

    private void Widen()
    {
        var wider = new Dictionary<long, long>(MostBins);
        foreach (var (bin, count) in _bins) CollectionsMarshal.GetValueRefOrAddDefault(wider, bin >> 1, out _) += count;
        _bins = wider;
        _width++;
    }

    // Whole numbers in the order of the doubles: neighbouring doubles have neighbouring numbers, zero has 0.
    private static long KeyOf(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        return bits ^ ((bits >> 63) & long.MaxValue);
    }

    private static double ValueOf(long key)
    {
        var value = BitConverter.Int64BitsToDouble(key ^ ((key >> 63) & long.MaxValue));
        // The ends of a bin can lie beyond the largest double.
        return double.IsFinite(value) ? value : key > 0 ? double.MaxValue : double.MinValue;
    }
}

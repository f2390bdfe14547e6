using System.Numerics;

namespace Portal.Core.Drift.Statistics;

/// <summary>
/// Mean and deviation of a stream of finite values, from exact sums: a small spread around a large value keeps its digits,
/// huge and tiny values neither overflow nor vanish, and merging in any order changes not a bit.
/// </summary>
public sealed class Moments
{
    private readonly ExactSum _sum = ExactSum.OfValues();
    private readonly ExactSum _squares = ExactSum.OfSquares();

    /// <summary>Values added.</summary>
    public long Count { get; private set; }

    /// <summary>Arithmetic mean, rounded once; null while empty.</summary>
    public double? Mean => Count == 0 ? null : Ratio(_sum.Value, Count, ExactSum.Exponent);

    /// <summary>
    /// Population standard deviation (ddof 0) about the mean as a double, which is the one that is shown: where the spread
    /// comes near the distance of neighbouring doubles, the deviation from a mean nobody sees would be another number.
    /// </summary>
    public double? Deviation
    {
        get
        {
            if (Mean is not { } mean) return null;
            var about = ExactSum.Units(mean);
            var squares = _squares.Value - (2 * about * _sum.Value) + (Count * about * about);
            return Root(squares, Count);
        }
    }

    /// <summary>Adds values.</summary>
    public void Add(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            _sum.Add(value);
            _squares.AddSquare(value);
        }

        Count += values.Length;
    }

    /// <summary>Adds another stream.</summary>
    public void Merge(Moments other)
    {
        _sum.Add(other._sum);
        _squares.Add(other._squares);
        Count += other.Count;
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64(Count);
        _sum.Write(writer);
        _squares.Write(writer);
    }

    internal static Moments Read(BinaryReader reader)
    {
        var moments = new Moments { Count = reader.Read7BitEncodedInt64() };
        moments._sum.Read(reader);
        moments._squares.Read(reader);
        return moments;
    }

    private static double Ratio(BigInteger numerator, long denominator, int exponent)
    {
        var (quotient, shift) = Quotient(BigInteger.Abs(numerator), denominator, step: 1);
        return Scale(Rounded(quotient), -exponent - shift) * numerator.Sign;
    }

    private static double Root(BigInteger squares, long count)
    {
        // An even number of bits is shifted, so that half of them come off the root.
        var (quotient, shift) = Quotient(squares, count, step: 2);
        return Scale(Math.Sqrt(Rounded(quotient)), -ExactSum.Exponent - (shift / 2));
    }

    // With more bits than a double keeps, the last of which says whether there was a rest.
    private static (BigInteger Quotient, int Shift) Quotient(BigInteger numerator, long denominator, int step)
    {
        var shift = (128 - (int)numerator.GetBitLength()) / step * step;
        var scaled = shift >= 0 ? numerator << shift : numerator >> -shift;
        var quotient = BigInteger.DivRem(scaled, denominator, out var rest);
        return (rest.IsZero ? quotient : quotient | 1, shift);
    }

    // The conversion of a BigInteger cuts bits off; the one of a UInt64 rounds to the nearest.
    private static double Rounded(BigInteger value)
    {
        var rest = Math.Max(0, (int)value.GetBitLength() - 63);
        var top = value >> rest;
        return Math.ScaleB((double)(ulong)(top << rest == value ? top : top | 1), rest);
    }

    // In two steps: the power alone can be beyond the range of a double where the result is not.
    private static double Scale(double value, int exponent) => Math.ScaleB(Math.ScaleB(value, exponent / 2), exponent - (exponent / 2));
}

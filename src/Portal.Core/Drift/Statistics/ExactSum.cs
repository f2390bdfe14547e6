using System.Numerics;
using System.Runtime.CompilerServices;

namespace Portal.Core.Drift.Statistics;

/// <summary>
/// A sum of doubles, or of their squares, without any rounding: every finite double is a whole multiple of 2^-1074, and the
/// multiples are added in 32-bit digits (Kulisch's long accumulator; Neal 2015, "Fast exact summation using small and large
/// superaccumulators"). Splitting and merging in any order therefore gives the same sum to the last bit.
/// </summary>
public sealed class ExactSum
{
    /// <summary>The exponent of the smallest double: a sum is a multiple of 2 to the minus this, a sum of squares of twice.</summary>
    public const int Exponent = 1074;

    private const int Digit = 32;
    private const long DigitMask = 0xFFFF_FFFF;
    // A digit holds 63 bits, so that carries may wait for so many additions of 33 bits.
    private const int MostPending = 1 << 29;
    private readonly long[] _digits;
    private int _pending;

    private ExactSum(long[] digits) => _digits = digits;

    /// <summary>Room for sums of doubles.</summary>
    public static ExactSum OfValues() => new(new long[(2 * Exponent / Digit) + 4]);

    /// <summary>Room for sums of squares of doubles.</summary>
    public static ExactSum OfSquares() => new(new long[(4 * Exponent / Digit) + 6]);

    /// <summary>The sum as a multiple of the smallest unit.</summary>
    public BigInteger Value
    {
        get
        {
            var value = BigInteger.Zero;
            for (var i = _digits.Length - 1; i >= 0; i--) value = (value << Digit) + _digits[i];
            return value;
        }
    }

    /// <summary>A finite double as a multiple of 2^-1074.</summary>
    public static BigInteger Units(double value)
    {
        var (mantissa, shift) = Split(value);
        return new BigInteger(value < 0 ? -(long)mantissa : (long)mantissa) << shift;
    }

    /// <summary>Adds a finite value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double value)
    {
        var (mantissa, shift) = Split(value);
        AddDigits(mantissa, shift, value < 0 ? -1 : 1);
    }

    /// <summary>Adds the square of a finite value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddSquare(double value)
    {
        var (mantissa, shift) = Split(value);
        var high = Math.BigMul(mantissa, mantissa, out var low);
        AddDigits(low, 2 * shift, 1);
        if (high != 0) AddDigits(high, (2 * shift) + 64, 1);
    }

    /// <summary>Adds another sum of the same kind.</summary>
    public void Add(ExactSum other)
    {
        Carry();
        other.Carry();
        for (var i = 0; i < _digits.Length; i++) _digits[i] += other._digits[i];
    }

    internal void Write(BinaryWriter writer)
    {
        Carry();
        int first = Array.FindIndex(_digits, d => d != 0), last = Array.FindLastIndex(_digits, d => d != 0);
        writer.Write7BitEncodedInt(first < 0 ? 0 : last - first + 1);
        if (first < 0) return;
        writer.Write7BitEncodedInt(first);
        for (var i = first; i < last; i++) writer.Write((uint)_digits[i]);
        writer.Write(_digits[last]);
    }

    internal ExactSum Read(BinaryReader reader)
    {
        var count = reader.Read7BitEncodedInt();
        if (count == 0) return this;
        var at = reader.Read7BitEncodedInt();
        if (at + count > _digits.Length) throw new InvalidDataException("The sketch holds a sum that no doubles have.");
        for (; count > 1; count--) _digits[at++] = reader.ReadUInt32();
        _digits[at] = reader.ReadInt64();
        return this;
    }

    private static (ulong Mantissa, int Shift) Split(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        var fraction = bits & 0xF_FFFF_FFFF_FFFF;
        var exponent = (int)(bits >> 52) & 0x7FF;
        return exponent == 0 ? (fraction, 0) : (fraction | (1UL << 52), exponent - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddDigits(ulong mantissa, int shift, int sign)
    {
        if (++_pending >= MostPending) Carry();
        int at = shift >> 5, inside = shift & 31;
        // Halves of 32 bits leave room for the shift.
        ulong low = (mantissa & (ulong)DigitMask) << inside, high = (mantissa >> Digit) << inside;
        var digits = _digits.AsSpan(at, 3);
        digits[0] += sign * ((long)low & DigitMask);
        digits[1] += sign * (((long)(low >> Digit)) + ((long)high & DigitMask));
        digits[2] += sign * (long)(high >> Digit);
    }

    // Every digit but the last into 0..2^32-1; the last keeps the sign.
    private void Carry()
    {
        for (var i = 0; i + 1 < _digits.Length; i++)
        {
            _digits[i + 1] += _digits[i] >> Digit;
            _digits[i] &= DigitMask;
        }

        _pending = 0;
    }
}

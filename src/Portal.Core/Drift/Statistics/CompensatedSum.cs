using System.Runtime.InteropServices;

namespace Portal.Core.Drift.Statistics;

/// <summary>
/// A running sum that carries its own rounding error (Knuth's two-sum), so that splitting and merging
/// in any order changes nothing beyond 1e-15 of the sum of absolute values.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public struct CompensatedSum(double high, double low)
{
    private double _high = high;
    private double _low = low;

    /// <summary>The sum, rounded once.</summary>
    public readonly double Value => _high + _low;

    /// <summary>The sum in another unit; exact for powers of two.</summary>
    public readonly CompensatedSum Scaled(double factor) => new(_high * factor, _low * factor);

    /// <summary>Adds one number.</summary>
    public void Add(double value)
    {
        var sum = _high + value;
        var part = sum - _high;
        _low += (_high - (sum - part)) + (value - part);
        _high = sum;
    }

    /// <summary>Adds another sum with its carried error.</summary>
    public void Add(CompensatedSum other)
    {
        Add(other._high);
        _low += other._low;
    }

    /// <summary>The compensated sum of a span.</summary>
    public static double Of(ReadOnlySpan<double> values)
    {
        var sum = default(CompensatedSum);
        foreach (var value in values) sum.Add(value);
        return sum.Value;
    }
}

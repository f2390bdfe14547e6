namespace Portal.Core.Drift.Statistics;

/// <summary>
/// A power of two that brings extreme values near 1, so that squares and differences neither overflow nor vanish.
/// Multiplying by a power of two is exact; ordinary data has scale 1.
/// </summary>
public static class BinaryScale
{
    private const double Large = 1e100;
    private const double Small = 1e-100;

    /// <summary>The scale for values between <paramref name="min"/> and <paramref name="max"/>.</summary>
    public static double For(double min, double max)
    {
        var largest = Math.Max(Math.Abs(min), Math.Abs(max));
        return largest > Large ? Math.ScaleB(1, -600) : largest is > 0 and < Small ? Math.ScaleB(1, 600) : 1;
    }

    /// <summary>The value in the unit of the data, or null when a double cannot hold it.</summary>
    public static double? Undo(double scaled, double scale)
    {
        var value = scaled / scale;
        return double.IsFinite(value) ? value : null;
    }
}

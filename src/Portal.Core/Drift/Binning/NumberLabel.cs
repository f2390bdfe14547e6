using System.Globalization;

namespace Portal.Core.Drift.Binning;

/// <summary>Labels of bins that stand for one value, and of the bin of unseen ones.</summary>
public static class NumberLabel
{
    /// <summary>The bin of every value or category the reference never had.</summary>
    public const string New = "__new__";

    /// <summary>The shortest text that reads back as the same double, always recognisable as a real number ("8.0", "1e-05").</summary>
    public static string Of(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        if (Math.Abs(value) is >= 1e16 and < 1e17)
        {
            // The runtime writes these out in full; other tools already use an exponent.
            var digits = text.TrimStart('-');
            var fraction = digits[1..].TrimEnd('0');
            text = $"{(value < 0 ? "-" : "")}{digits[0]}{(fraction.Length > 0 ? "." : "")}{fraction}e+16";
        }

        return text.AsSpan().IndexOfAny('.', 'e') >= 0 ? text : text + ".0";
    }
}

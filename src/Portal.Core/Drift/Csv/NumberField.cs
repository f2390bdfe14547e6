using System.Globalization;

namespace Portal.Core.Drift.Csv;

/// <summary>What a field of a numeric column holds.</summary>
internal enum NumberFieldKind
{
    /// <summary>A number; infinities and, for a missing field, NaN included.</summary>
    Number,

    /// <summary>Text.</summary>
    TypeError,
}

/// <summary>Reads numbers from UTF-8 fields: plain decimals on a short exact path, everything else by the runtime.</summary>
internal static class NumberField
{
    // 10^22 is the largest power of ten a double holds exactly; with at most 15 digits one division rounds correctly.
    private const int MostDigits = 15;

    private static readonly double[] Powers = [.. Enumerable.Range(0, 23).Select(e => double.Parse($"1e{e}", CultureInfo.InvariantCulture))];

    private static readonly HashSet<string> MissingWords = new(StringComparer.OrdinalIgnoreCase) { "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "?" };

    /// <summary>The value; NaN for a missing field. Text gives a type error.</summary>
    public static NumberFieldKind Parse(ReadOnlySpan<byte> field, out double value)
    {
        if (field.IsEmpty)
        {
            value = double.NaN;
            return NumberFieldKind.Number;
        }

        return TryPlain(field, out value) ? NumberFieldKind.Number : Slow(field.Trim((byte)' '), out value);
    }

    private static bool TryPlain(ReadOnlySpan<byte> field, out double value)
    {
        var mantissa = 0L;
        int i = field[0] == '-' ? 1 : 0, digits = 0, point = -1;
        for (; i < field.Length; i++)
        {
            var digit = field[i] - (uint)'0';
            if (digit <= 9)
            {
                mantissa = mantissa * 10 + digit;
                digits++;
            }
            else if (field[i] == '.' && point < 0)
            {
                point = digits;
            }
            else
            {
                digits = 0;
                break;
            }
        }

        value = point < 0 ? mantissa : mantissa / Powers[Math.Min(22, Math.Max(0, digits - point))];
        if (field[0] == '-') value = -value;
        return digits is > 0 and <= MostDigits;
    }

    private static NumberFieldKind Slow(ReadOnlySpan<byte> field, out double value)
    {
        if (double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return NumberFieldKind.Number;
        value = double.NaN;
        if (field.Length > 10) return NumberFieldKind.TypeError;
        var word = System.Text.Encoding.UTF8.GetString(field);
        if (word.Length == 0 || MissingWords.Contains(word)) return NumberFieldKind.Number;
        value = word.ToUpperInvariant() switch
        {
            "INF" or "+INF" or "+INFINITY" => double.PositiveInfinity,
            "-INF" => double.NegativeInfinity,
            _ => double.NaN,
        };
        return double.IsNaN(value) ? NumberFieldKind.TypeError : NumberFieldKind.Number;
    }
}

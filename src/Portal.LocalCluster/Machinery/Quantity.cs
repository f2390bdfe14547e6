using System.Globalization;
using System.Numerics;

namespace Portal.LocalCluster.Machinery;

/// <summary>
/// An amount of a resource as Kubernetes writes it: <c>500m</c>, <c>1.5</c>, <c>2Gi</c>, <c>3e2</c>. Exact: the value is
/// a decimal, never a float. Printed in canonical form (largest unit without a fraction), in the notation it came in.
/// </summary>
public readonly record struct Quantity(decimal Value, bool Binary = false) : IComparable<Quantity>
{
    private static readonly string[] DecimalUnits = ["", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] BinaryUnits = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

    public static readonly Quantity Zero = new(0);

    /// <exception cref="FormatException">Not a quantity.</exception>
    public static Quantity Parse(string text) =>
        TryParse(text, out var quantity) ? quantity : throw new FormatException($"'{text}' is not a quantity.");

    public static bool TryParse(string? text, out Quantity quantity)
    {
        quantity = default;
        if (string.IsNullOrEmpty(text)) return false;
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '+' or '-')) end++;
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(text.AsSpan(0, end), style, CultureInfo.InvariantCulture, out var number)) return false;
        if (!TryUnit(text[end..], out var factor)) return false;
        try
        {
            quantity = new Quantity(number * factor, text.EndsWith('i'));
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    private static bool TryUnit(string unit, out decimal factor)
    {
        factor = unit switch { "" => 1m, "n" => 1e-9m, "u" => 1e-6m, "m" => 1e-3m, _ => 0m };
        if (factor != 0) return true;
        if (unit[0] is 'e' or 'E' && int.TryParse(unit.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            && exponent is >= -9 and <= 18)
        {
            factor = 1;
            for (var i = 0; i < Math.Abs(exponent); i++) factor = exponent > 0 ? factor * 10 : factor / 10;
            return true;
        }
        var power = Array.IndexOf(DecimalUnits, unit);
        if (power > 0) factor = (decimal)BigInteger.Pow(1000, power);
        else if ((power = Array.IndexOf(BinaryUnits, unit)) > 0) factor = (decimal)BigInteger.Pow(1024, power);
        return power > 0;
    }

    public static Quantity operator +(Quantity a, Quantity b) => new(a.Value + b.Value, a.Value == 0 ? b.Binary : a.Binary);

    public static Quantity operator -(Quantity a, Quantity b) => new(a.Value - b.Value, a.Value == 0 ? b.Binary : a.Binary);

    public static Quantity operator *(Quantity a, int times) => a with { Value = a.Value * times };

    public static bool operator <(Quantity a, Quantity b) => a.Value < b.Value;

    public static bool operator >(Quantity a, Quantity b) => a.Value > b.Value;

    public static bool operator <=(Quantity a, Quantity b) => a.Value <= b.Value;

    public static bool operator >=(Quantity a, Quantity b) => a.Value >= b.Value;

    public int CompareTo(Quantity other) => Value.CompareTo(other.Value);

    /// <summary>The whole number at or above the value, as integer resources are counted.</summary>
    public long Ceiling => (long)Math.Ceiling(Value);

    public override string ToString()
    {
        if (Value == 0) return "0";
        var (number, units, step) = Binary && decimal.Truncate(Value) == Value && Math.Abs(Value) >= 1024
            ? (Value, BinaryUnits, 1024m)
            : (Value, DecimalUnits, 1000m);
        var power = 0;
        while (power < units.Length - 1 && number % step == 0)
        {
            number /= step;
            power++;
        }
        if (decimal.Truncate(number) == number) return Number(number) + units[power];
        foreach (var unit in (ReadOnlySpan<string>)["m", "u", "n"])
        {
            number *= 1000;
            if (decimal.Truncate(number) == number) return Number(number) + unit;
        }
        return Number(Math.Ceiling(number)) + "n"; // finer than Kubernetes keeps: rounded up as it does
    }

    private static string Number(decimal number) => number.ToString("0", CultureInfo.InvariantCulture);
}

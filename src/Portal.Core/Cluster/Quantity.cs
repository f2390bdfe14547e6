using System.Globalization;

namespace Portal.Core.Cluster;

/// <summary>Kubernetes' notation of amounts: <c>500m</c>, <c>4</c>, <c>16Gi</c>, <c>1e3</c>. Pure.</summary>
public static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1024m), ("Mi", 1024m * 1024), ("Gi", 1024m * 1024 * 1024), ("Ti", 1024m * 1024 * 1024 * 1024),
        ("Pi", 1024m * 1024 * 1024 * 1024 * 1024), ("Ei", 1024m * 1024 * 1024 * 1024 * 1024 * 1024), ("n", 1e-9m), ("u", 1e-6m), ("m", 1e-3m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("E", 1e18m),
    ];

    // Kubernetes counts in 64 bits and takes what is more for the most that they hold.
    private const decimal Most = long.MaxValue;

    /// <summary>The amount in its base unit (cores, bytes, pieces), or null for a text that is none.</summary>
    public static decimal? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var (suffix, factor) = Suffixes.FirstOrDefault(s => text.EndsWith(s.Suffix, StringComparison.Ordinal));
        var number = suffix is null ? text : text[..^suffix.Length];
        factor = suffix is null ? 1 : factor;
        if (decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            return Math.Clamp(value, -Most / factor, Most / factor) * factor;
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var huge) && double.IsFinite(huge) ? Math.Sign(huge) * Most : null;
    }
}

namespace Portal.Core.Drift.Statistics;

/// <summary>
/// Orders strings by Unicode code point. Ordinal comparison orders UTF-16 units and puts U+10000 and above before
/// U+E000..U+FFFF; other tools, and UTF-8 bytes, do not.
/// </summary>
public sealed class CodePointComparer : IComparer<string?>
{
    /// <summary>The one instance.</summary>
    public static readonly CodePointComparer Instance = new();

    /// <inheritdoc />
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        var shared = x.AsSpan().CommonPrefixLength(y);
        if (shared == x.Length || shared == y.Length) return x.Length.CompareTo(y.Length);
        return Rank(x[shared]).CompareTo(Rank(y[shared]));
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}

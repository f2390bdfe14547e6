namespace Portal.Core.Reconciliation;

/// <summary>Growing delays between attempts, with jitter so that many keys do not come back at one moment.</summary>
/// <param name="Floor">Before the second attempt.</param>
/// <param name="Ceiling">The longest.</param>
public sealed record Backoff(TimeSpan Floor, TimeSpan Ceiling)
{
    /// <summary>Half a second to two minutes.</summary>
    public static readonly Backoff Standard = new(TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(2));

    /// <summary>Floor · 2^(failures-1), at most the ceiling, of which the last quarter is left to chance.</summary>
    /// <param name="failures">Failures in a row, from 1.</param>
    /// <param name="chance">From 0 to 1.</param>
    public TimeSpan After(int failures, double chance)
    {
        var grown = Floor * Math.Pow(2, Math.Clamp(failures, 1, 40) - 1);
        var full = grown < Ceiling ? grown : Ceiling;
        var delay = full * (0.75 + (0.25 * chance));
        return delay > Floor ? delay : Floor;
    }
}

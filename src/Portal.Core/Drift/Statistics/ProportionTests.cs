namespace Portal.Core.Drift.Statistics;

/// <summary>The missing rates of both sides and the pooled two-proportion z test between them.</summary>
/// <param name="ReferenceRate">Missing rows over all rows of the reference.</param>
/// <param name="CurrentRate">Missing rows over all rows of the current data.</param>
/// <param name="Delta">Current minus reference.</param>
/// <param name="Z">The test statistic; 0 when all or none are missing on both sides.</param>
/// <param name="P">Two-sided probability.</param>
public sealed record MissingTest(double ReferenceRate, double CurrentRate, double Delta, double Z, double P)
{
    /// <summary>The test, or null when a side has no rows at all and so no rate.</summary>
    public static MissingTest? Of(long referenceMissing, long referenceRows, long currentMissing, long currentRows)
    {
        if (referenceRows == 0 || currentRows == 0) return null;
        double r = (double)referenceMissing / referenceRows, c = (double)currentMissing / currentRows;
        var pooled = (double)(referenceMissing + currentMissing) / (referenceRows + currentRows);
        var variance = pooled * (1 - pooled) * (1d / referenceRows + 1d / currentRows);
        var z = variance > 0 ? (c - r) / Math.Sqrt(variance) : 0;
        return new(r, c, c - r, z, SurvivalFunctions.NormalTwoSided(z));
    }
}

/// <summary>Current values outside the reference's own range.</summary>
/// <param name="Count">How many.</param>
/// <param name="Rate">Share of the current values.</param>
/// <param name="P">
/// Chance of at least that many without drift, whatever the distribution: t^k (1 + k (1 - t)) with
/// t = n_cur / (n_ref + n_cur), the exceedance law of Gumbel and von Schelling (1950).
/// </param>
public sealed record OutOfRange(long Count, double Rate, double P)
{
    /// <summary>Both sides must hold at least one value.</summary>
    public static OutOfRange Of(long count, long referenceValues, long currentValues)
    {
        var t = (double)currentValues / (referenceValues + currentValues);
        return new(count, (double)count / currentValues, Math.Min(1, Math.Pow(t, count) * (1 + count * (1 - t))));
    }
}

namespace Portal.Core.Drift.Policy;

/// <summary>
/// The limits of one feature. Effect sizes decide; the false discovery rate q only keeps small samples from alarming.
/// </summary>
public sealed record DriftThresholds
{
    /// <summary>The defaults for every feature.</summary>
    public static readonly DriftThresholds Default = new();

    /// <summary>Population stability index that warns.</summary>
    public double PsiWarn { get; init; } = 0.1;

    /// <summary>Population stability index that is drift.</summary>
    public double PsiDrift { get; init; } = 0.2;

    /// <summary>Wasserstein distance in reference standard deviations that warns.</summary>
    public double W1Warn { get; init; } = 0.1;

    /// <summary>Wasserstein distance in reference standard deviations that is drift.</summary>
    public double W1Drift { get; init; } = 0.25;

    /// <summary>False discovery rate a warning needs.</summary>
    public double QWarn { get; init; } = 0.05;

    /// <summary>False discovery rate a drift needs.</summary>
    public double QDrift { get; init; } = 0.01;

    /// <summary>Probability below which a changed missing rate is believed.</summary>
    public double MissingP { get; init; } = 0.01;

    /// <summary>Absolute change of the missing rate that warns.</summary>
    public double MissingWarn { get; init; } = 0.01;

    /// <summary>Absolute change of the missing rate that is drift.</summary>
    public double MissingDrift { get; init; } = 0.05;

    /// <summary>Probability below which values outside the range are believed.</summary>
    public double RangeP { get; init; } = 0.001;

    /// <summary>Share of values outside the range, or of new categories, that warns.</summary>
    public double OutsideWarn { get; init; } = 0.001;

    /// <summary>Share of values outside the range, or of new categories, that is drift.</summary>
    public double OutsideDrift { get; init; } = 0.05;

    /// <summary>Fewer rows with a new category than this say nothing.</summary>
    public int FewestNew { get; init; } = 3;
}

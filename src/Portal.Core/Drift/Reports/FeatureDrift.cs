using Portal.Core.Drift.Binning;
using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Reports;

/// <summary>What kind of values a feature has.</summary>
public enum FeatureKind
{
    /// <summary>Real numbers.</summary>
    Numeric,

    /// <summary>Labels, compared by code point, case-sensitive and untrimmed.</summary>
    Categorical,
}

/// <summary>Whether a comparison says anything.</summary>
public enum FeatureStatus
{
    /// <summary>Enough data on both sides.</summary>
    Ok,

    /// <summary>Fewer than 100 values on a side: numbers are shown, no distribution alert is raised.</summary>
    Insufficient,

    /// <summary>A side has no value at all.</summary>
    NoData,

    /// <summary>More than 1000 categories, or more than half as many categories as reference values.</summary>
    HighCardinality,
}

/// <summary>Rows of one side: values plus everything that is not a value.</summary>
/// <param name="Values">Finite numbers, or non-missing categories.</param>
/// <param name="Missing">Empty fields.</param>
/// <param name="Infinite">Infinities: neither missing nor a value.</param>
/// <param name="TypeErrors">Text where a number belongs.</param>
public sealed record SideCounts(long Values, long Missing, long Infinite = 0, long TypeErrors = 0)
{
    /// <summary>All rows.</summary>
    public long Rows => Values + Missing + Infinite + TypeErrors;
}

/// <summary>Kolmogorov-Smirnov, numeric features only.</summary>
/// <param name="D">Largest distance of the distribution functions; from a sketch a lower bound.</param>
/// <param name="EffectiveSize">n1 n2 / (n1 + n2).</param>
/// <param name="PExact">Exact probability, when raw values were at hand and the samples small enough.</param>
/// <param name="PAsymptotic">Large-sample probability; null below an effective size of one half.</param>
/// <param name="PLimit">The classical limit law, for information.</param>
/// <param name="Certificate">What a sketch may have missed: the true D is at most D + Certificate.</param>
public sealed record KolmogorovResult(
    double D, double EffectiveSize, double? PExact, double? PAsymptotic, double PLimit, double Certificate = 0);

/// <summary>Categories the reference never had, and those that no longer occur.</summary>
/// <param name="Count">Current rows with a new category.</param>
/// <param name="Rate">Share of the non-missing current rows.</param>
/// <param name="Names">The new categories (from a sketch: the most frequent ones), by code point.</param>
/// <param name="Vanished">Reference categories without a current row.</param>
/// <param name="ReferenceSingletons">Reference categories seen once: how many new ones to expect anyway.</param>
public sealed record NewCategories(
    long Count, double? Rate, IReadOnlyList<string> Names, IReadOnlyList<string> Vanished, long ReferenceSingletons);

/// <summary>
/// Everything known about one feature of one window against its reference. A part that is undefined for the
/// data at hand is null; no number in it is ever NaN.
/// </summary>
public sealed record FeatureDrift
{
    /// <summary>Below so many values on a side nothing is said about the distribution.</summary>
    public const int SmallestSample = 100;

    /// <summary>The column.</summary>
    public required string Feature { get; init; }

    /// <summary>Numeric or categorical.</summary>
    public required FeatureKind Kind { get; init; }

    /// <summary>Whether the comparison says anything.</summary>
    public required FeatureStatus Status { get; init; }

    /// <summary>Rows of the reference.</summary>
    public required SideCounts Reference { get; init; }

    /// <summary>Rows of the current data.</summary>
    public required SideCounts Current { get; init; }

    /// <summary>Change of the missing rate.</summary>
    public MissingTest? Missing { get; init; }

    /// <summary>Statistics of the reference values.</summary>
    public NumericStatistics? ReferenceStatistics { get; init; }

    /// <summary>Statistics of the current values.</summary>
    public NumericStatistics? CurrentStatistics { get; init; }

    /// <summary>Current values outside the reference's range.</summary>
    public OutOfRange? OutOfRange { get; init; }

    /// <summary>Bins of a numeric feature.</summary>
    public NumericBinning? Binning { get; init; }

    /// <summary>Reference categories in order; the bins have one more, for new ones.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Reference values per bin.</summary>
    public long[]? ReferenceCounts { get; init; }

    /// <summary>Current values per bin.</summary>
    public long[]? CurrentCounts { get; init; }

    /// <summary>Distances of the two histograms.</summary>
    public Distances? Distances { get; init; }

    /// <summary>First Wasserstein distance in the unit of the values.</summary>
    public double? W1 { get; init; }

    /// <summary>The same in reference standard deviations.</summary>
    public double? W1Normalised { get; init; }

    /// <summary>Kolmogorov-Smirnov.</summary>
    public KolmogorovResult? Kolmogorov { get; init; }

    /// <summary>Homogeneity test of categories or discrete values.</summary>
    public ChiSquareTest? ChiSquare { get; init; }

    /// <summary>The same with rare ones pooled: the test that decides.</summary>
    public ChiSquareTest? ChiSquarePooled { get; init; }

    /// <summary>New and vanished categories.</summary>
    public NewCategories? NewCategories { get; init; }

    /// <summary>The status that the numbers of values alone give.</summary>
    public static FeatureStatus StatusOf(long reference, long current) =>
        reference == 0 || current == 0 ? FeatureStatus.NoData
        : Math.Min(reference, current) < SmallestSample ? FeatureStatus.Insufficient
        : FeatureStatus.Ok;
}

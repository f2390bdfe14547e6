namespace Portal.Core.Drift.Policy;

/// <summary>The verdict on a feature, in the order of severity among the first three.</summary>
public enum DriftLevel
{
    /// <summary>Nothing worth a look.</summary>
    None,

    /// <summary>Worth a look.</summary>
    Warn,

    /// <summary>Changed enough to act.</summary>
    Drift,

    /// <summary>Too few values to say.</summary>
    Insufficient,

    /// <summary>No values on a side.</summary>
    NoData,

    /// <summary>Too many categories to compare.</summary>
    HighCardinality,
}

/// <summary>Why a feature is not at level none.</summary>
public enum DriftReason
{
    /// <summary>The distribution moved.</summary>
    Distribution,

    /// <summary>The missing rate changed.</summary>
    MissingRate,

    /// <summary>Values lie outside the reference's range.</summary>
    OutOfRange,

    /// <summary>Categories the reference never had.</summary>
    NewCategories,
}

/// <summary>The verdict on one feature of one report.</summary>
/// <param name="Feature">The column.</param>
/// <param name="Level">The worst of all reasons, or the status when there is none.</param>
/// <param name="Reasons">Every reason that applies.</param>
/// <param name="Q">Benjamini-Hochberg adjusted p over the tested features; null when not tested.</param>
/// <param name="Robust">False when the level could flip within what a sketch may be wrong by.</param>
public sealed record FeatureDecision(
    string Feature, DriftLevel Level, IReadOnlyList<DriftReason> Reasons, double? Q, bool Robust);

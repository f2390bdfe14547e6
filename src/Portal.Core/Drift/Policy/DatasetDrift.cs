namespace Portal.Core.Drift.Policy;

/// <summary>How much of a model's input drifted.</summary>
/// <param name="Features">Features in the report, without prediction and label.</param>
/// <param name="Drifted">Those at level drift.</param>
/// <param name="Share">Drifted over features; null without features.</param>
/// <param name="IsDrift">Whether the share reaches one half.</param>
public sealed record DatasetDrift(int Features, int Drifted, double? Share, bool IsDrift)
{
    /// <summary>The share of drifted features from which the whole input counts as drifted.</summary>
    public const double Limit = 0.5;

    /// <summary>Counts the decisions of the features.</summary>
    public static DatasetDrift Of(IReadOnlyCollection<FeatureDecision> decisions)
    {
        var drifted = decisions.Count(d => d.Level == DriftLevel.Drift);
        double? share = decisions.Count == 0 ? null : (double)drifted / decisions.Count;
        return new(decisions.Count, drifted, share, share >= Limit);
    }
}

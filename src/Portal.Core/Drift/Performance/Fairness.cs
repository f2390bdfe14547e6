namespace Portal.Core.Drift.Performance;

/// <summary>
/// Group fairness of a two-class model: the favourable outcome is a positive prediction, differences are
/// unprivileged minus privileged. Undefined measures (an empty group, a zero rate below the bar) are null.
/// </summary>
/// <param name="StatisticalParityDifference">Difference of favourable rates.</param>
/// <param name="DisparateImpactRatio">Ratio of favourable rates; null when the privileged rate is 0.</param>
/// <param name="EqualOpportunityDifference">Difference of true positive rates.</param>
/// <param name="AverageOddsDifference">Mean of the differences of true and false positive rates.</param>
/// <param name="AverageAbsoluteOddsDifference">Mean of the absolute differences.</param>
/// <param name="Groups">Counts of every group.</param>
public sealed record Fairness(
    double? StatisticalParityDifference,
    double? DisparateImpactRatio,
    double? EqualOpportunityDifference,
    double? AverageOddsDifference,
    double? AverageAbsoluteOddsDifference,
    IReadOnlyDictionary<string, Confusion> Groups)
{
    /// <summary>Compares two groups; rows without a group are left out.</summary>
    public static Fairness Of(
        IReadOnlyList<int> truth, IReadOnlyList<double> scores, double threshold,
        IReadOnlyList<string?> groups, string privileged, string unprivileged)
    {
        var tables = Enumerable.Range(0, truth.Count)
            .Where(i => groups[i] is not null)
            .GroupBy(i => groups[i]!, StringComparer.Ordinal)
            .ToDictionary(
                g => g.Key,
                g => Confusion.Of([.. g.Select(i => truth[i])], [.. g.Select(i => scores[i])], threshold),
                StringComparer.Ordinal);
        var empty = new Confusion(0, 0, 0, 0);
        var p = tables.GetValueOrDefault(privileged, empty);
        var u = tables.GetValueOrDefault(unprivileged, empty);
        var tpr = u.Recall - p.Recall;
        var fpr = u.FalsePositiveRate - p.FalsePositiveRate;
        return new(
            u.PositiveRate - p.PositiveRate,
            p.PositiveRate > 0 ? u.PositiveRate / p.PositiveRate : null,
            tpr,
            (tpr + fpr) / 2,
            tpr is null || fpr is null ? null : (Math.Abs(tpr.Value) + Math.Abs(fpr.Value)) / 2,
            tables);
    }
}

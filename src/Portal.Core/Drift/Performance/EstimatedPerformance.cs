namespace Portal.Core.Drift.Performance;

/// <summary>
/// Performance expected before labels arrive, taking scores as calibrated probabilities (confidence-based performance
/// estimation): a row predicted positive with score s is a true positive with probability s. It cannot see a change
/// of the relation between input and label.
/// </summary>
/// <param name="Confusion">Expected counts at the threshold.</param>
/// <param name="RocAuc">Expected area under the ROC curve; null when an expected class is empty.</param>
public sealed record EstimatedPerformance(Confusion Confusion, double? RocAuc)
{
    /// <summary>Computes the estimate from scores alone.</summary>
    public static EstimatedPerformance Of(IReadOnlyList<double> scores, double threshold)
    {
        double tp = 0, fp = 0, fn = 0, tn = 0;
        foreach (var score in scores)
        {
            if (score >= threshold) (tp, fp) = (tp + score, fp + 1 - score);
            else (fn, tn) = (fn + score, tn + 1 - score);
        }

        var groups = ScoreGroup.Descending(scores, i => scores[i], i => 1 - scores[i]);
        return new(new(tp, fp, fn, tn), ScoreGroup.AreaUnderCurve(groups));
    }
}

namespace Portal.Core.Drift.Performance;

/// <summary>A two-class confusion table. Ratios whose denominator is zero are null, never 0 or NaN.</summary>
/// <param name="TruePositives">Predicted positive, truly positive.</param>
/// <param name="FalsePositives">Predicted positive, truly negative.</param>
/// <param name="FalseNegatives">Predicted negative, truly positive.</param>
/// <param name="TrueNegatives">Predicted negative, truly negative.</param>
public sealed record Confusion(double TruePositives, double FalsePositives, double FalseNegatives, double TrueNegatives)
{
    /// <summary>All rows.</summary>
    public double Total => TruePositives + FalsePositives + FalseNegatives + TrueNegatives;

    /// <summary>Share of right predictions.</summary>
    public double? Accuracy => Ratio.Of(TruePositives + TrueNegatives, Total);

    /// <summary>tp / (tp + fp).</summary>
    public double? Precision => Ratio.Of(TruePositives, TruePositives + FalsePositives);

    /// <summary>tp / (tp + fn), the true positive rate.</summary>
    public double? Recall => Ratio.Of(TruePositives, TruePositives + FalseNegatives);

    /// <summary>tn / (tn + fp).</summary>
    public double? Specificity => Ratio.Of(TrueNegatives, TrueNegatives + FalsePositives);

    /// <summary>fp / (tn + fp).</summary>
    public double? FalsePositiveRate => Ratio.Of(FalsePositives, TrueNegatives + FalsePositives);

    /// <summary>2 tp / (2 tp + fp + fn).</summary>
    public double? F1 => Ratio.Of(2 * TruePositives, 2 * TruePositives + FalsePositives + FalseNegatives);

    /// <summary>Share predicted positive.</summary>
    public double? PositiveRate => Ratio.Of(TruePositives + FalsePositives, Total);

    /// <summary>Share truly positive.</summary>
    public double? BaseRate => Ratio.Of(TruePositives + FalseNegatives, Total);

    /// <summary>Counts labels against scores; a score of at least <paramref name="threshold"/> is positive.</summary>
    public static Confusion Of(IReadOnlyList<int> truth, IReadOnlyList<double> scores, double threshold)
    {
        double tp = 0, fp = 0, fn = 0, tn = 0;
        for (var i = 0; i < truth.Count; i++)
        {
            var positive = scores[i] >= threshold;
            if (truth[i] == 1) (tp, fn) = positive ? (tp + 1, fn) : (tp, fn + 1);
            else (fp, tn) = positive ? (fp + 1, tn) : (fp, tn + 1);
        }

        return new(tp, fp, fn, tn);
    }
}

/// <summary>Quality of a two-class model whose labels are known.</summary>
/// <param name="Confusion">Counts at the threshold.</param>
/// <param name="RocAuc">Area under the ROC curve, ties one half; null with one class.</param>
/// <param name="AveragePrecision">Sum of precision over steps of recall; null without positives.</param>
/// <param name="LogLoss">Mean negative log likelihood, scores clipped to [2^-52, 1 - 2^-52].</param>
/// <param name="Brier">Mean squared error of the scores.</param>
/// <param name="CalibrationError">Expected calibration error over ten equal bins.</param>
public sealed record BinaryPerformance(
    Confusion Confusion, double? RocAuc, double? AveragePrecision, double? LogLoss, double? Brier, double? CalibrationError)
{
    private const double Clip = 2.220446049250313e-16;
    private const int CalibrationBins = 10;

    /// <summary>Computes everything from labels (0 or 1) and scores.</summary>
    public static BinaryPerformance Of(IReadOnlyList<int> truth, IReadOnlyList<double> scores, double threshold)
    {
        var groups = ScoreGroup.Descending(scores, i => truth[i], i => 1 - truth[i]);
        double? Mean(Func<int, double> term) => truth.Count == 0 ? null : Enumerable.Range(0, truth.Count).Sum(term) / truth.Count;
        return new(
            Confusion.Of(truth, scores, threshold),
            ScoreGroup.AreaUnderCurve(groups),
            ScoreGroup.AveragePrecision(groups),
            Mean(i => Loss(truth[i], Math.Clamp(scores[i], Clip, 1 - Clip))),
            Mean(i => (scores[i] - truth[i]) * (scores[i] - truth[i])),
            Calibration(truth, scores));
    }

    private static double Loss(int truth, double score) => -Math.Log(truth == 1 ? score : 1 - score);

    private static double? Calibration(IReadOnlyList<int> truth, IReadOnlyList<double> scores)
    {
        if (truth.Count == 0) return null;
        var gap = new double[CalibrationBins];
        for (var i = 0; i < truth.Count; i++)
        {
            var bin = (int)Math.Clamp(Math.Floor(CalibrationBins * scores[i]), 0, CalibrationBins - 1);
            gap[bin] += scores[i] - truth[i];
        }

        return gap.Sum(Math.Abs) / truth.Count;
    }
}

internal static class Ratio
{
    public static double? Of(double numerator, double denominator) => denominator == 0 ? null : numerator / denominator;
}

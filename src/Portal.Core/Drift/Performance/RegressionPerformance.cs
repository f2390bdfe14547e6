using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Performance;

/// <summary>Quality of a model that predicts a number. Everything is null without rows.</summary>
/// <param name="Count">Rows.</param>
/// <param name="MeanAbsoluteError">In the unit of the truth.</param>
/// <param name="MeanSquaredError">In its square.</param>
/// <param name="Bias">Mean of prediction minus truth.</param>
/// <param name="PercentageError">Mean of |e| / |y| over truths that are not 0.</param>
/// <param name="SkippedRows">Rows the percentage error leaves out.</param>
/// <param name="WeightedPercentageError">Sum |e| / sum |y|.</param>
/// <param name="RSquared">Null below two rows or when the truth is constant.</param>
public sealed record RegressionPerformance(
    int Count, double? MeanAbsoluteError, double? MeanSquaredError, double? Bias,
    double? PercentageError, int SkippedRows, double? WeightedPercentageError, double? RSquared)
{
    /// <summary>Root of the mean squared error.</summary>
    public double? RootMeanSquaredError => MeanSquaredError is { } mse ? Math.Sqrt(mse) : null;

    /// <summary>Computes everything from truths and predictions.</summary>
    public static RegressionPerformance Of(IReadOnlyList<double> truth, IReadOnlyList<double> predicted)
    {
        var n = truth.Count;
        CompensatedSum error = default, absolute = default, squared = default, size = default, share = default, truths = default;
        var skipped = 0;
        for (var i = 0; i < n; i++)
        {
            var e = predicted[i] - truth[i];
            error.Add(e);
            absolute.Add(Math.Abs(e));
            squared.Add(e * e);
            size.Add(Math.Abs(truth[i]));
            truths.Add(truth[i]);
            if (truth[i] == 0) skipped++;
            else share.Add(Math.Abs(e / truth[i]));
        }

        return new(
            n, Ratio.Of(absolute.Value, n), Ratio.Of(squared.Value, n), Ratio.Of(error.Value, n),
            Ratio.Of(share.Value, n - skipped), skipped, Ratio.Of(absolute.Value, size.Value),
            RSquare(truth, truths.Value, squared.Value));
    }

    private static double? RSquare(IReadOnlyList<double> truth, double sum, double residual)
    {
        if (truth.Count < 2 || truth.All(y => y == truth[0])) return null;
        var mean = sum / truth.Count;
        var total = default(CompensatedSum);
        foreach (var y in truth) total.Add((y - mean) * (y - mean));
        return 1 - residual / total.Value;
    }
}

using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Explanations;

/// <summary>
/// Shapley values of a linear model f(x) = b + w x against a background: w_i (x_i - mean_i), the closed form of
/// Lundberg and Lee (2017), corollary 1.
/// </summary>
/// <param name="Contributions">One value per feature; they sum to the prediction minus the base value.</param>
/// <param name="BaseValue">The model at the background's mean.</param>
/// <param name="Prediction">The model at the explained row.</param>
public sealed record LinearShap(double[] Contributions, double BaseValue, double Prediction)
{
    /// <summary>Explains one row.</summary>
    public static LinearShap Explain(
        IReadOnlyList<double> weights, double bias, IReadOnlyList<IReadOnlyList<double>> background, IReadOnlyList<double> row)
    {
        var means = weights.Select((_, i) => CompensatedSum.Of([.. background.Select(b => b[i])]) / background.Count).ToArray();
        return new(
            [.. weights.Select((w, i) => w * (row[i] - means[i]))],
            bias + weights.Select((w, i) => w * means[i]).Sum(),
            bias + weights.Select((w, i) => w * row[i]).Sum());
    }
}

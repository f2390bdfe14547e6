namespace Portal.Core.Drift.Statistics;

/// <summary>
/// Distances between two histograms over the same bins. Shares are raw except in the population stability index,
/// where each is floored at 1e-4 and not renormalised, so that an empty bin is large but finite.
/// </summary>
/// <param name="Psi">Population stability index, sum (p-q) ln(p/q).</param>
/// <param name="PsiP">Chance of such an index without drift: chi-square of psi / (1/n1 + 1/n2) on occupied bins - 1.</param>
/// <param name="JsDivergence">Jensen-Shannon divergence, base 2, 0 to 1.</param>
/// <param name="JsDistance">Its square root.</param>
/// <param name="Hellinger">Hellinger distance, 0 to 1.</param>
/// <param name="TotalVariation">Half the sum of absolute differences.</param>
/// <param name="LInfinity">The largest absolute difference of one bin.</param>
public sealed record Distances(
    double Psi, double PsiP, double JsDivergence, double JsDistance, double Hellinger, double TotalVariation, double LInfinity)
{
    /// <summary>The smallest share the stability index works with.</summary>
    public const double ShareFloor = 1e-4;

    /// <summary>Computes all distances; both sides must hold at least one value.</summary>
    public static Distances Between(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        double n1 = Total(reference), n2 = Total(current);
        double psi = 0, js = 0, hellinger = 0, variation = 0, largest = 0;
        var occupied = 0;
        for (var k = 0; k < reference.Length; k++)
        {
            if (reference[k] == 0 && current[k] == 0) continue;
            occupied++;
            double p = reference[k] / n1, q = current[k] / n2;
            double pf = Math.Max(p, ShareFloor), qf = Math.Max(q, ShareFloor);
            psi += (pf - qf) * Math.Log(pf / qf);
            js += Relative(p, (p + q) / 2) + Relative(q, (p + q) / 2);
            var root = Math.Sqrt(p) - Math.Sqrt(q);
            hellinger += root * root;
            variation += Math.Abs(p - q);
            largest = Math.Max(largest, Math.Abs(p - q));
        }

        js = Math.Clamp(js / 2, 0, 1);
        var psiP = SurvivalFunctions.ChiSquare(psi / (1 / n1 + 1 / n2), occupied - 1);
        return new(psi, psiP, js, Math.Sqrt(js), Math.Sqrt(Math.Min(1, hellinger / 2)), variation / 2, largest);
    }

    private static double Relative(double p, double m) => p == 0 ? 0 : p * Math.Log2(p / m);

    private static long Total(ReadOnlySpan<long> counts)
    {
        var total = 0L;
        foreach (var count in counts) total += count;
        return total;
    }
}

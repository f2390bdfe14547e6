using MathNet.Numerics;

namespace Portal.Core.Drift.Statistics;

/// <summary>Upper tail probabilities, accurate relative to their own size down to 1e-300.</summary>
public static class SurvivalFunctions
{
    /// <summary>P(X &gt;= <paramref name="statistic"/>) of a chi-square law: the regularised upper incomplete gamma Q(dof/2, x/2).</summary>
    public static double ChiSquare(double statistic, int degreesOfFreedom)
    {
        if (degreesOfFreedom <= 0 || statistic <= 0) return 1;
        return double.IsPositiveInfinity(statistic)
            ? 0
            : Math.Clamp(SpecialFunctions.GammaUpperRegularized(degreesOfFreedom / 2d, statistic / 2), 0, 1);
    }

    /// <summary>P(|Z| &gt;= |z|) of a standard normal law, by erfc so that small tails keep their digits.</summary>
    public static double NormalTwoSided(double z) => SpecialFunctions.Erfc(Math.Abs(z) / Constants.Sqrt2);
}

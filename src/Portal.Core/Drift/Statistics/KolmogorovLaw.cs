using MathNet.Numerics;

namespace Portal.Core.Drift.Statistics;

/// <summary>
/// The law of the one-sample Kolmogorov statistic D_n, used as the large-sample p-value of the two-sample test
/// at n = round(n_eff). Small tails come from Smirnov's one-sided sum, the body from the series of Pelz and Good
/// (1976) in the form of Simard and L'Ecuyer (2011), "Computing the two-sided Kolmogorov-Smirnov distribution".
/// </summary>
public static class KolmogorovLaw
{
    // Above this size Smirnov's sum is replaced by its expansion: a report must not cost a sum over a million terms.
    private const int LargestSum = 5000;

    /// <summary>P(D_n &gt;= d).</summary>
    public static double Survival(double d, long n)
    {
        var scaled = n * d;
        if (scaled <= 0.5) return 1;
        if (d >= 1) return 0;
        if (scaled <= 1) return 1 - Math.Exp(SpecialFunctions.GammaLn(n + 1) + n * Math.Log(2 * d - 1d / n));
        if (scaled >= n - 1) return 2 * Math.Pow(1 - d, n);
        if (n * d * d >= 2.2) return Math.Min(1, 2 * OneSided(d, n));
        return Math.Clamp(1 - PelzGood.Cumulative(d, n), 0, 1);
    }

    /// <summary>The limit law P(K &gt;= sqrt(n) d), for information only.</summary>
    public static double Limit(double x)
    {
        if (x <= 0) return 1;
        var sum = 0d;
        if (x < 1.18)
        {
            for (var k = 1; k <= 9; k += 2) sum += Math.Exp(-k * k * Math.PI * Math.PI / (8 * x * x));
            return Math.Clamp(1 - Math.Sqrt(2 * Math.PI) / x * sum, 0, 1);
        }

        for (var k = 1; k <= 8; k++) sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2d * k * k * x * x);
        return Math.Clamp(sum, 0, 1);
    }

    private static double OneSided(double d, long n) => n <= LargestSum ? SmirnovSum(d, (int)n) : Expansion(d, n);

    // P(D+_n >= d) = d sum_j C(n,j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j), every term positive.
    private static double SmirnovSum(double d, int n)
    {
        var logFactorial = SpecialFunctions.GammaLn(n + 1d);
        var sum = 0d;
        for (var j = 0; j <= n && 1 - d - (double)j / n > 0; j++)
        {
            var at = d + (double)j / n;
            var log = logFactorial - SpecialFunctions.GammaLn(j + 1d) - SpecialFunctions.GammaLn(n - j + 1d)
                + (j - 1) * Math.Log(at) + (n - j) * Math.Log(1 - at);
            sum += Math.Exp(log);
        }

        return d * sum;
    }

    // The exponent is n times the large-deviation rate of D+ to its third term, with the first-order factor exp(-2d/3).
    private static double Expansion(double d, long n)
    {
        var square = d * d;
        return Math.Exp(-n * square * (2 + square * (4d / 9 + square * 32d / 135)) - 2 * d / 3);
    }
}

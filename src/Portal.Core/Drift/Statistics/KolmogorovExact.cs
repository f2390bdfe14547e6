using System.Numerics;

namespace Portal.Core.Drift.Statistics;

/// <summary>
/// The exact two-sample Kolmogorov-Smirnov p-value by counting lattice paths without any subtraction, so small
/// probabilities keep their digits: A(i,j) = 1 where the path touches the boundary, else the weighted mean of
/// its two predecessors. Hodges (1958), "The significance probability of the Smirnov two-sample test".
/// </summary>
public static class KolmogorovExact
{
    /// <summary>P(D &gt;= observed) for <paramref name="scaled"/> = D n1 n2; ties in the data make it conservative.</summary>
    public static double PValue(long scaled, int n1, int n2)
    {
        if (n1 < n2) (n1, n2) = (n2, n1);
        var gcd = (long)BigInteger.GreatestCommonDivisor(n1, n2);
        long a = n2 / gcd, b = n1 / gcd, h = scaled / gcd;
        if (h <= 0) return 1;

        var row = new double[n2 + 1];
        for (var j = 1; j <= n2; j++) row[j] = j * b >= h ? 1 : row[j - 1];
        for (var i = 1; i <= n1; i++)
        {
            var height = i * a;
            if (height >= h) row[0] = 1;
            for (var j = 1; j <= n2; j++)
            {
                row[j] = Math.Abs(height - j * b) >= h ? 1 : (i * row[j] + j * row[j - 1]) / (i + j);
            }
        }

        return row[n2];
    }
}

namespace Portal.Core.Drift.Statistics;

/// <summary>Pelz and Good's expansion of P(D_n &lt; d) to n^(-3/2), as arranged by Simard and L'Ecuyer (2011), equation 6.</summary>
internal static class PelzGood
{
    private const int Terms = 20;
    private const double Pi2 = Math.PI * Math.PI;
    private const double Pi4 = Pi2 * Pi2;
    private static readonly double HalfPiRoot = Math.Sqrt(Math.PI / 2);

    public static double Cumulative(double d, long n)
    {
        var root = Math.Sqrt(n);
        double z = root * d, z2 = z * z, z4 = z2 * z2, z6 = z4 * z2, w = Pi2 / (2 * z2);
        double k0 = 0, k1 = 0, k2 = 0, k2b = 0, k3 = 0, k3b = 0;
        for (var j = 0; j < Terms; j++)
        {
            var odd = (j + 0.5) * (j + 0.5);
            var e = Math.Exp(-odd * w);
            k0 += e;
            k1 += (Pi2 * odd - z2) * e;
            k2 += (6 * z6 + 2 * z4 + Pi2 * (2 * z4 - 5 * z2) * odd + Pi4 * (1 - 2 * z2) * odd * odd) * e;
            k3 += (-30 * z6 - 90 * z6 * z2 + Pi2 * (135 * z4 - 96 * z6) * odd
                + Pi4 * (212 * z4 - 60 * z2) * odd * odd + Pi2 * Pi4 * (5 - 30 * z2) * odd * odd * odd) * e;

            var even = (j + 1d) * (j + 1);
            var f = Math.Exp(-even * w);
            k2b += Pi2 * even * f;
            k3b += (3 * Pi2 * even * z2 - Pi4 * even * even) * f;
        }

        return 2 * HalfPiRoot / z * k0
            + HalfPiRoot * (k1 / (root * 3 * z4)
                + k2 / (n * 36.0 * z * z6) - k2b / (n * 18.0 * z * z2)
                + k3 / (root * n * 3240.0 * z4 * z6) + k3b / (root * n * 108.0 * z6));
    }
}

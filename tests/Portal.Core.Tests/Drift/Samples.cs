namespace Portal.Core.Tests.Drift;

/// <summary>Seeded random samples.</summary>
internal static class Samples
{
    public static double?[] Normal(Random random, int count, double mean = 0, double deviation = 1) =>
        [.. Enumerable.Range(0, count).Select(_ => (double?)(mean + deviation * Gauss(random)))];

    public static double Gauss(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>One of five shapes: normal, log-normal, exponential, Student t with 3 degrees of freedom, uniform.</summary>
    public static double?[] OfShape(Random random, int shape, int count) => [.. Enumerable.Range(0, count).Select(_ => (double?)(shape switch
    {
        0 => Gauss(random),
        1 => Math.Exp(Gauss(random)),
        2 => -Math.Log(1 - random.NextDouble()),
        3 => Gauss(random) / Math.Sqrt((Square(Gauss(random)) + Square(Gauss(random)) + Square(Gauss(random))) / 3),
        _ => random.NextDouble(),
    }))];

    private static double Square(double x) => x * x;
}

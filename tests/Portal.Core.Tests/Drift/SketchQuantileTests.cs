using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Sketches;

namespace Portal.Core.Tests.Drift;

/// <summary>Quantiles of windows that gather where the reference has few values: its bins alone cannot tell them apart.</summary>
public class SketchQuantileTests
{
    private const double Limit = 0.006;

    [Fact]
    public void ModeInAGapOfTheReference_KeepsItsQuantiles()
    {
        var random = new Random(1);
        double[] reference = [.. Normal(random, 1000, -100), .. Normal(random, 1000, 100)];
        Check(reference, Normal(random, 1000, 20));
    }

    [Fact]
    public void FewRows_KeepTheirQuantiles()
    {
        var random = new Random(3);
        Check(Normal(random, 100, 0), Normal(random, 99, 0));
    }

    [Fact]
    public void FarSmallerThanTheReference_KeepsItsQuantilesAndDeviation()
    {
        var random = new Random(4);
        var current = Normal(random, 1500, 0);
        var drift = Check([.. Normal(random, 1500, 0).Select(v => v * 1e200)], current);
        Assert.InRange(drift.CurrentStatistics!.Deviation!.Value, 0.9, 1.1);
    }

    [Fact]
    public void NeighbouringSmallestDoubles_AreToldApart()
    {
        var random = new Random(5);
        double[] Few(int rows, int distinct) => [.. Enumerable.Range(0, rows).Select(_ => random.Next(distinct) * double.Epsilon)];
        var drift = Check(Few(1500, 15), Few(1200, 17));
        Assert.Equal(17, drift.CurrentStatistics!.Distinct);
    }

    private static FeatureDrift Check(double[] reference, double[] current)
    {
        var built = NumericReference.Build("x", (double[])[.. reference], new(0, 0));
        var whole = built.NewWindow();
        foreach (var part in current.Chunk(97))
        {
            var window = (NumericSketch)built.NewWindow();
            window.Add([.. part]);
            whole.Merge(built.ReadWindow(window.ToBytes()));
        }

        var drift = built.Compare(whole);
        var statistics = drift.CurrentStatistics!;
        double n = current.Length;
        foreach (var (p, value) in new[] { (0.05, statistics.Q05), (0.5, statistics.Q50), (0.95, statistics.Q95) })
        {
            double below = current.Count(v => v < value) / n, upTo = current.Count(v => v <= value) / n;
            Assert.InRange(p, below - Limit - 1 / n, upTo + Limit + 1 / n);
        }

        return drift;
    }

    private static double[] Normal(Random random, int rows, double mean) => [.. Samples.Normal(random, rows, mean).Select(v => v!.Value)];
}

using Portal.Core.Drift.Statistics;

namespace Portal.Core.Tests.Drift;

public class MomentsTests
{
    [Fact]
    public void SmallSpreadAroundALargeValue_KeepsItsDigits()
    {
        // Neighbouring doubles at 1e9 are 2^-23 apart, so all of these are exact.
        var step = Math.ScaleB(1, -20);
        var moments = Of([1e9 - step, 1e9 + step, 1e9 - step, 1e9 + step]);
        Assert.Equal(1e9, moments.Mean);
        Assert.Equal(step, moments.Deviation);
    }

    [Fact]
    public void DeviationIsTakenAboutTheMeanThatIsShown()
    {
        // The mean 1.5 units above 2^52 is no double: it rounds to 2.
        var moments = Of([Math.ScaleB(1, 52) + 1, Math.ScaleB(1, 52) + 2]);
        Assert.Equal(Math.ScaleB(1, 52) + 2, moments.Mean);
        Assert.Equal(Math.Sqrt(0.5), moments.Deviation!.Value, 15);
    }

    [Fact]
    public void MeanIsRoundedToTheNearestDouble()
    {
        var next = Math.BitIncrement(1d);
        Assert.Equal(next, Of([1, next, next]).Mean);
        Assert.Equal(-next, Of([-1, -next, -next]).Mean);
        Assert.Equal(1, Of([1, 1, next]).Mean);
    }

    [Fact]
    public void HugeValuesThatCancel_LeaveTheRest()
    {
        var moments = Of([1e300, 3, -1e300, 1]);
        Assert.Equal(1, moments.Mean);
        Assert.Equal(1e300 / Math.Sqrt(2), moments.Deviation!.Value, 1e286);
    }

    [Fact]
    public void ValuesAtTheEndsOfTheRange_NeitherOverflowNorVanish()
    {
        Assert.Equal(0, Of([double.MaxValue, -double.MaxValue]).Mean);
        Assert.Equal(double.MaxValue, Of([double.MaxValue, -double.MaxValue]).Deviation);
        Assert.Equal(double.Epsilon, Of([0, 2 * double.Epsilon]).Mean);
        Assert.Equal(double.Epsilon, Of([0, 2 * double.Epsilon]).Deviation);
    }

    [Fact]
    public void Empty_HasNeither()
    {
        Assert.Null(Of([]).Mean);
        Assert.Null(Of([]).Deviation);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AnySplitAndOrder_GivesTheSameBits(int seed)
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, 1000).Select(_ => (random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-1000, 1000))).ToArray();
        var whole = Of(values);
        random.Shuffle(values);
        var merged = new Moments();
        foreach (var part in values.Chunk(37).Select(Of)) merged.Merge(part);

        Assert.Equal(whole.Count, merged.Count);
        Assert.Equal(whole.Mean, merged.Mean);
        Assert.Equal(whole.Deviation, merged.Deviation);
    }

    private static Moments Of(double[] values)
    {
        var moments = new Moments();
        moments.Add(values);
        return moments;
    }
}

using System.Diagnostics;
using Portal.Core.Waiting;

namespace Portal.Core.Tests.Waiting;

/// <summary>The 80 % range of an estimate holds four times of five, whatever the load; and says nothing where nothing is known.</summary>
public class StartForecastTests
{
    private const double Hour = 3600;

    private static readonly Dictionary<string, LoadPattern> Loads = new()
    {
        // Jobs of one piece and of an hour on average, eight at once, always a few waiting.
        ["steady"] = new(8, (r, _) => Exponential(r, Hour / 7.2), _ => 1, (r, _) => Exponential(r, Hour)),
        // Few minutes or a night: run lengths over three decades.
        ["heavy tail"] = new(8, (r, _) => Exponential(r, Hour / 4), _ => 1, (r, _) => Math.Min(48 * Hour, Lognormal(r, 0.6 * Hour, 1.5))),
        // One, two, four or eight pieces; small ones overtake large ones, and large ones run longer.
        ["mixed sizes"] = new(8, (r, _) => Exponential(r, Hour / 0.95), r => 1 << r.Next(4), (r, size) => Lognormal(r, (0.5 + (0.15 * size)) * Hour, 0.8)),
        // Ten people at nine in the morning, hardly anybody at night.
        ["day and night"] = new(8, (r, now) => Exponential(r, Hour / (now / Hour % 24 is >= 9 and < 17 ? 12 : 2)), _ => 1, (r, _) => Exponential(r, Hour)),
        // A sweep of five comes at once.
        ["sweeps"] = new(10, (r, _) => r.Next(5) == 0 ? Exponential(r, 5 * Hour / 5.5) : 1, _ => 1, (r, _) => Lognormal(r, 1.2 * Hour, 0.5)),
        // The head of the line blocks the others.
        ["strict order"] = new(8, (r, _) => Exponential(r, Hour / 1.7), r => 1 + r.Next(4), (r, _) => Exponential(r, 1.4 * Hour), Strict: true),
    };

    public static TheoryData<string> Patterns => [.. Loads.Keys];

    [Theory, MemberData(nameof(Patterns))]
    public void Of_ManyWaitsUnderALoad_HoldsFourTimesOfFive(string pattern)
    {
        var world = new PoolWorld(Loads[pattern], seed: 20260302);

        world.Run(arrivals: 3000, warmUp: 400, every: 4);

        var share = world.Held.Count(h => h) / (double)world.Held.Count;
        Assert.True(world.Held.Count >= 300, $"{world.Held.Count} waits are too few to judge by");
        Assert.True(share is >= 0.75 and <= 0.85, $"{pattern}: the range held in {share:P1} of {world.Held.Count} waits");
    }

    // Each queue keeps some for itself: what ends in one frees for the other only what was lent, and nothing where nothing is.
    [Theory]
    [InlineData(6, 3, 1, 11.0)]
    [InlineData(6, 1, 2, 6.5)]
    [InlineData(6, 0, 4, 3.6)]
    public void Of_ManyWaitsInACohortThatLendsUpToLimits_HoldsFourTimesOfFive(int nominal, int lends, int largest, double anHour)
    {
        var load = new LoadPattern(0, (r, _) => Exponential(r, Hour / anHour), r => 1 + r.Next(largest), (r, _) => Exponential(r, Hour));
        var world = new CohortWorld(load, [(nominal, lends), (nominal, lends)], seed: 20260302);

        world.Run(arrivals: 3000, warmUp: 400, every: 4);

        var share = world.Held.Count(h => h) / (double)world.Held.Count;
        Assert.True(world.Held.Count >= 300, $"{world.Held.Count} waits are too few to judge by");
        Assert.True(share is >= 0.75 and <= 0.85, $"the range held in {share:P1} of {world.Held.Count} waits");
    }

    [Fact]
    public void Of_PlaysThatAreGivenUp_IsNoEstimate()
    {
        // The rest is enough for whatever comes, and never for this one: each that ends is followed by others.
        var past = Enumerable.Range(0, 60).Select(i => new PastStay(1, DateTimeOffset.UnixEpoch.AddSeconds(i), 3600));

        Assert.Null(StartForecast.Of(new QueueScene(8, 0, [.. Enumerable.Repeat((1.0, 60.0), 8)], []), new PoolHistory([.. past], []), 7));
    }

    [Fact]
    public void Of_HistoryInWhichNothingTookFromTheQueue_WaitsForWhatIsThereOnly()
    {
        var others = new PoolHistory([.. Enough().Stays.Select(s => s with { IsRival = false })], []);

        Assert.NotNull(StartForecast.Of(new QueueScene(4, 0, [(4, 60)], []), others, 7));
        // What is before it never fits, and nobody else comes.
        Assert.Null(StartForecast.Of(new QueueScene(4, 0, [(4, 60)], [8], Strict: true), others, 7));
    }

    [Fact]
    public void Of_MoreThanAllThatRunsWouldFree_IsNoEstimate() =>
        Assert.Empty(StartForecast.Play(new QueueScene(8, 1, [(4, 600), (2, 60)], []), Enough(), 7));

    [Fact]
    public void Of_LessThanNothingFree_WaitsForThatAsWell()
    {
        var over = StartForecast.Of(new QueueScene(1, -2, [(2, 600), (2, 60)], []), Enough(), 7)!;
        var even = StartForecast.Of(new QueueScene(1, 0, [(2, 600), (2, 60)], []), Enough(), 7)!;

        Assert.True(over.Median > even.Median, $"{over} {even}");
    }

    [Fact]
    public void Of_ThoseOfHigherPriority_GoBeforeIt()
    {
        var history = new PoolHistory([.. Enough().Stays.Select(s => s with { Priority = 500 })], []);
        var scene = new QueueScene(4, 0, [(4, 600)], []);

        Assert.Equal(StartForecast.Of(scene, Enough(), 7), StartForecast.Of(scene with { Priority = 500 }, history, 7));
        Assert.True(StartForecast.Of(scene with { Priority = 100 }, history, 7)!.Median > StartForecast.Of(scene, history, 7)!.Median);
    }

    [Fact]
    public void Of_LongLine_IsPlayedInNoTime()
    {
        // Far more comes than can run.
        var past = Enumerable.Range(0, 300).Select(i => new PastStay(1 + (i % 2), DateTimeOffset.UnixEpoch.AddSeconds(i), 36000));
        var clock = Stopwatch.StartNew();

        StartForecast.Of(new QueueScene(8, 0, [.. Enumerable.Repeat((1.0, 60.0), 8)], [.. Enumerable.Repeat(2.0, 900)]), new PoolHistory([.. past], []), 7);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }

    [Fact]
    public void Of_TooLittleHistory_IsNoEstimate()
    {
        var few = new PoolHistory([.. Enumerable.Range(0, PoolHistory.Least - 1).Select(i => Past(i))], []);

        Assert.Null(StartForecast.Of(new QueueScene(1, 0, [(1, 60)], []), few, 1));
    }

    [Fact]
    public void Of_SameScene_IsTheSameAnswer()
    {
        var scene = new QueueScene(2, 1, [(4, 600), (3, 60)], [1, 2]);

        Assert.Equal(StartForecast.Of(scene, Enough(), 7), StartForecast.Of(scene, Enough(), 7));
    }

    [Fact]
    public void Of_MoreAhead_StartsLater()
    {
        var alone = StartForecast.Of(new QueueScene(4, 0, [(4, 600), (4, 60)], []), Enough(), 7)!;
        var behind = StartForecast.Of(new QueueScene(4, 0, [(4, 600), (4, 60)], [4, 4, 4]), Enough(), 7)!;

        Assert.True(behind.Median > alone.Median);
        Assert.True(alone.Earliest <= alone.Median && alone.Median <= alone.Latest);
    }

    [Fact]
    public void Of_EnoughFree_StartsNow() =>
        Assert.Equal(TimeSpan.Zero, StartForecast.Of(new QueueScene(1, 2, [(4, 600)], []), Enough(), 7)!.Median);

    [Fact]
    public void Levels_RanksAllHigh_MoveTheRangeUp()
    {
        var (low, high) = StartForecast.Levels([.. Enumerable.Repeat(0.9, 100)]);

        Assert.True(low > 0.3 && high > 0.85, $"{low} {high}");
    }

    private static PoolHistory Enough() => new([.. Enumerable.Range(0, 60).Select(i => Past(i))], []);

    private static PastStay Past(int i) => new(1 + (i % 4), DateTimeOffset.UnixEpoch.AddMinutes(40 * i), 600 + (i * 97 % 3000));

    private static double Exponential(Random r, double mean) => -Math.Log(1 - r.NextDouble()) * mean;

    private static double Lognormal(Random r, double median, double sigma)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - r.NextDouble())) * Math.Cos(2 * Math.PI * r.NextDouble());
        return median * Math.Exp(sigma * normal);
    }
}

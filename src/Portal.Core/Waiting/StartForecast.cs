namespace Portal.Core.Waiting;

/// <summary>
/// When a queued workload starts: the queue is played forward many times, with run lengths drawn from the pool's own history, sizes and
/// arrivals from what of it came to queues that take from this one, and the starts are read off as quantiles. How past starts fell in their own forecasts then corrects which quantiles are
/// shown (Gneiting, Balabdaoui, Raftery 2007, on calibration; Vovk's conformal prediction, on using past ranks), so that the range
/// holds as often as it says also where the pool does not behave as played. Pure and seeded: the same scene gives the same answer.
/// </summary>
public static class StartForecast
{
    /// <summary>Plays of the queue.</summary>
    public const int Plays = 200;

    /// <summary>The start of a play that was given up.</summary>
    public const double Never = 365 * 24 * 3600;

    private const int Steps = 4000;

    // Each of those before it has to end first, and a play is no longer than its steps.
    internal const int MostAhead = 1000;

    // A tenth on either side, less a little: past ranks come in runs (a busy day is busy for all), so that their own quantiles are
    // known less well than their number says, and a range without allowance holds in 77 of 100 cases in place of 80.
    private const double Tail = 0.0875;

    // Ranks evenly spread, as if so many honest forecasts had been seen before the first real one.
    private const int Prior = 20;

    /// <summary>The starts of all plays in seconds from now, sorted; empty when there is too little history, or it cannot start by what ends.</summary>
    public static double[] Play(QueueScene scene, PoolHistory history, int seed, int plays = Plays)
    {
        if (!history.IsEnough || scene.Ahead.Count > MostAhead || !IsWithinReach(scene))
            return [];
        var random = new Random(seed);
        var lengths = new RunLengths(history.Stays.Select(s => s.Seconds));
        PastStay[] rivals = [.. history.Stays.Where(s => s.IsRival)];
        // They are a share of all that came.
        var gap = MeanGap(history.Stays) * history.Stays.Count / rivals.Length;
        var least = rivals.Select(s => s.Units).Concat(scene.Ahead).Append(scene.Needed).Min();
        var starts = new double[plays];
        for (var i = 0; i < plays; i++)
            starts[i] = Math.Min(Never, new QueueSimulation(scene, rivals, lengths, gap, least, random).Start(Steps));
        Array.Sort(starts);
        return starts;
    }

    /// <summary>The estimate, or null when there is too little history.</summary>
    public static StartEstimate? Of(QueueScene scene, PoolHistory history, int seed) => From(Play(scene, history, seed), history);

    /// <summary>The estimate from plays, or null when there are none, or when it may as well never start.</summary>
    public static StartEstimate? From(double[] starts, PoolHistory history)
    {
        if (starts.Length == 0)
            return null;
        var (low, high) = Levels(history.Ranks);
        // A quantile between a start and none is neither.
        return starts[(int)Math.Ceiling(Math.Max(0.5, high) * (starts.Length - 1))] >= Never ? null
            : new StartEstimate(Seconds(Quantile(starts, 0.5)), Seconds(Quantile(starts, low)), Seconds(Quantile(starts, high)), history.Stays.Count);
    }

    /// <summary>Where a start fell among the plays, 0 to 1.</summary>
    public static double RankOf(double seconds, IReadOnlyList<double> starts)
    {
        var (below, same) = (starts.Count(s => s < seconds), starts.Count(s => s == seconds));
        return starts.Count == 0 ? 0.5 : (below + (same / 2.0)) / starts.Count;
    }

    /// <summary>The two quantiles to show, so that what lies between them held four times of five.</summary>
    public static (double Low, double High) Levels(IReadOnlyList<double> ranks)
    {
        double[] all = [.. ranks.Concat(Enumerable.Range(0, Prior).Select(i => (i + 0.5) / Prior)).Order()];
        return (Quantile(all, Tail), Quantile(all, 1 - Tail));
    }

    /// <summary>The quantile of sorted values, between two by their distance.</summary>
    public static double Quantile(IReadOnlyList<double> sorted, double level)
    {
        var at = Math.Clamp(level, 0, 1) * (sorted.Count - 1);
        var below = (int)at;
        return below + 1 < sorted.Count ? sorted[below] + ((at - below) * (sorted[below + 1] - sorted[below])) : sorted[^1];
    }

    private static double MeanGap(IReadOnlyList<PastStay> stays)
    {
        var (first, last) = (stays.Min(s => s.QueuedAt), stays.Max(s => s.QueuedAt));
        return Math.Max(1, (last - first).TotalSeconds / (stays.Count - 1));
    }

    // Shares of cores do not add up to the last digit.
    private static bool IsWithinReach(QueueScene scene) => scene.Needed <= scene.Free + scene.Running.Sum(r => r.Units) + (1e-9 * scene.Needed);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}

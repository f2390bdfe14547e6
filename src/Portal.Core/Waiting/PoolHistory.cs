namespace Portal.Core.Waiting;

/// <summary>What is known of the past of a pool's accelerators, or of a cluster's cores or memory.</summary>
/// <param name="Stays">Finished stays, oldest first.</param>
/// <param name="Ranks">
/// Where past starts fell in their own forecasts, 0 to 1: evenly spread when the forecasts were honest (probability integral transform).
/// </param>
public sealed record PoolHistory(IReadOnlyList<PastStay> Stays, IReadOnlyList<double> Ranks)
{
    /// <summary>Fewer finished stays than this say nothing.</summary>
    public const int Least = 20;

    /// <summary>Older ones tell of another time.</summary>
    public const int Most = 300;

    /// <summary>True when there is enough of it for an estimate.</summary>
    public bool IsEnough => Stays.Count >= Least;
}

/// <summary>One stay of a workload.</summary>
/// <param name="Units">What it held: pieces, cores or bytes.</param>
/// <param name="QueuedAt">When it was asked for.</param>
/// <param name="Seconds">How long it ran.</param>
public sealed record PastStay(double Units, DateTimeOffset QueuedAt, double Seconds)
{
    /// <summary>The priority that it was queued with.</summary>
    public int Priority { get; init; }

    /// <summary>False where it took nothing from what is waited for: it tells how long things run, and not what else will come.</summary>
    public bool IsRival { get; init; } = true;
}

/// <summary>What stands between a workload and its start.</summary>
/// <param name="Needed">Pieces, cores or bytes that it asks for; so are the others.</param>
/// <param name="Free">What its queue, or a node, can take now; below 0 where more is held than may be.</param>
/// <param name="Running">What runs: how much its end frees for this one, and seconds since its start.</param>
/// <param name="Ahead">What those before it ask for, first first.</param>
/// <param name="Strict">True where the head of the queue blocks the others (StrictFIFO).</param>
public sealed record QueueScene(
    double Needed, double Free, IReadOnlyList<(double Units, double Elapsed)> Running, IReadOnlyList<double> Ahead, bool Strict = false)
{
    /// <summary>Its priority: what comes with a higher one goes before it. Null where nothing does.</summary>
    public int? Priority { get; init; }
}

/// <summary>When something will start, counted from now.</summary>
/// <param name="Median">As likely sooner as later.</param>
/// <param name="Earliest">Sooner in one case of ten.</param>
/// <param name="Latest">Later in one case of ten: between the two lies the 80 % range.</param>
/// <param name="Samples">Finished stays that it rests on.</param>
public sealed record StartEstimate(TimeSpan Median, TimeSpan Earliest, TimeSpan Latest, int Samples);

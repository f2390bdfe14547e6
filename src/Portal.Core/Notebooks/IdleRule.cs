namespace Portal.Core.Notebooks;

/// <summary>When a notebook is stopped for being idle. Pure.</summary>
public static class IdleRule
{
    /// <summary>Minutes that a notebook may be left alone before it stops, unless its owner chose otherwise.</summary>
    public const int DefaultMinutes = 60;

    /// <summary>Fewest minutes that a person can choose.</summary>
    public const int MinimumMinutes = 5;

    /// <summary>Most minutes that a person can choose: a week.</summary>
    public const int MaximumMinutes = 7 * 24 * 60;

    /// <summary>The moment of the stop if nothing happens until then; null while a kernel is busy, whatever else is idle.</summary>
    public static DateTimeOffset? StopsAt(DateTimeOffset runningSince, DateTimeOffset? lastActivity, bool busy, TimeSpan idle)
    {
        if (busy)
            return null;
        var last = lastActivity is { } activity && activity > runningSince ? activity : runningSince;
        return last + idle;
    }
}

/// <summary>What a notebook server says of its use.</summary>
/// <param name="LastActivity">Last request, cell or terminal output.</param>
/// <param name="Busy">True while any kernel computes.</param>
public readonly record struct NotebookActivity(DateTimeOffset? LastActivity, bool Busy);

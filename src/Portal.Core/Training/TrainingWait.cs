using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>A span in which a run that ran before had lost its place and waited for another.</summary>
/// <param name="From">When it was seen to wait.</param>
/// <param name="Until">When it went on; null while it still waits.</param>
public readonly record struct TrainingWait(DateTimeOffset From, DateTimeOffset? Until)
{
    /// <summary>The waits of one timeline. What was before it first ran is no part of them: its start tells that.</summary>
    /// <param name="steps">State and time of each step, first to last.</param>
    public static IReadOnlyList<TrainingWait> Of(IEnumerable<(WorkloadState State, DateTimeOffset At)> steps)
    {
        var waits = new List<TrainingWait>();
        var ran = false;
        DateTimeOffset? since = null;
        foreach (var (state, at) in steps)
        {
            if (state is WorkloadState.Pending or WorkloadState.Starting)
            {
                since ??= ran ? at : null;
            }
            else if (state == WorkloadState.Running || state.IsFinal())
            {
                // What is stopped or asks for somebody goes on with what it did before: only these two end a wait.
                if (since is { } from)
                    waits.Add(new TrainingWait(from, at));
                (ran, since) = (true, null);
            }
        }
        if (since is { } still)
            waits.Add(new TrainingWait(still, null));
        return waits;
    }

    /// <summary>Hours from a start to an end, or <paramref name="now"/>, without the waits between them.</summary>
    public static double HoursBetween(DateTimeOffset? start, DateTimeOffset? end, IReadOnlyList<TrainingWait> waits, DateTimeOffset now)
    {
        if (start is not { } from)
            return 0;
        var until = end ?? now;
        var waited = waits.Sum(w => Math.Max(0, (Earlier(w.Until ?? until, until) - w.From).TotalHours));
        return Math.Max(0, (until - from).TotalHours - waited);
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}

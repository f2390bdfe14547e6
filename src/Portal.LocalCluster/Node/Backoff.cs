namespace Portal.LocalCluster.Node;

/// <summary>The kubelet's pauses: 10 s, doubled up to five minutes, begun anew after a run of ten minutes.</summary>
internal sealed class Backoff(bool startNow = false)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Last = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Recovered = TimeSpan.FromMinutes(10);

    private TimeSpan _next = startNow ? TimeSpan.Zero : First;

    /// <param name="ran">How long the last run lasted.</param>
    public TimeSpan Next(TimeSpan ran)
    {
        if (ran >= Recovered) _next = startNow ? TimeSpan.Zero : First;
        TimeSpan pause = _next;
        _next = pause == TimeSpan.Zero ? First : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, Last.Ticks));
        return pause;
    }
}

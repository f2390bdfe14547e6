namespace Portal.Infrastructure.Kubernetes;

/// <summary>How a rate is dealt out. Pure.</summary>
internal static class RequestRate
{
    // Whole milliseconds, which timers keep; each whole rate comes out exactly with one of them, all of them with the last.
    private static readonly int[] Periods = [50, 100, 125, 200, 250, 500, 1000];

    /// <summary>So many requests in each period make the rate, dealt out in the smallest pieces that do.</summary>
    public static (int Requests, TimeSpan Period) Of(int perSecond)
    {
        var period = Periods.First(p => (long)perSecond * p % 1000 == 0);
        return ((int)((long)perSecond * period / 1000), TimeSpan.FromMilliseconds(period));
    }
}

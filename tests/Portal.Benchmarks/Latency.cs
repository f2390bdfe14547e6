using System.Diagnostics;

namespace Portal.Benchmarks;

/// <summary>Times of one operation repeated, milliseconds.</summary>
public sealed class Latency
{
    private readonly List<double> _samples = [];

    /// <summary>Runs the operation, first some times unmeasured.</summary>
    public static async Task<Latency> MeasureAsync(int warmUp, int count, Func<Task> operation)
    {
        for (var i = 0; i < warmUp; i++)
            await operation();
        var latency = new Latency();
        for (var i = 0; i < count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await operation();
            latency.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return latency;
    }

    /// <summary>Adds a sample.</summary>
    public void Add(double milliseconds) => _samples.Add(milliseconds);

    /// <summary>The sample below which <paramref name="share"/> of all lie.</summary>
    public double At(double share)
    {
        var sorted = _samples.Order().ToArray();
        return sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}

namespace Portal.Core.Waiting;

/// <summary>Draws how long something runs, and how much longer something that has run for a while, from how long others ran.</summary>
internal sealed class RunLengths
{
    private const int Few = 5;

    private readonly double[] _sorted;
    private readonly double _tailMean;

    public RunLengths(IEnumerable<double> seconds)
    {
        _sorted = [.. seconds.Order()];
        // Beyond the longest that was seen nothing is known but how the longest ones thin out: their mean excess, memoryless.
        var tail = _sorted[^Math.Min(_sorted.Length, Math.Max(Few, _sorted.Length / 10))..];
        _tailMean = Math.Max(1, tail.Average() - tail[0]);
    }

    /// <summary>Seconds that are left of a run that has gone on for <paramref name="elapsed"/> seconds.</summary>
    public double Left(double elapsed, Random random)
    {
        var from = Array.BinarySearch(_sorted, elapsed) is >= 0 and var found ? found + 1 : ~Array.BinarySearch(_sorted, elapsed);
        var longer = _sorted.Length - from;
        return longer >= Few ? _sorted[from + random.Next(longer)] - elapsed : -Math.Log(1 - random.NextDouble()) * _tailMean;
    }
}

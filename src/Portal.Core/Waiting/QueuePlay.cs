namespace Portal.Core.Waiting;

/// <summary>One play of a queue, until the workload in question starts. Seconds from now.</summary>
internal sealed class QueuePlay
{
    private readonly PriorityQueue<double, double> _ends = new();
    private readonly List<(double Units, double Seconds, bool IsOurs)> _line = [];
    private readonly QueueScene _scene;
    private readonly IReadOnlyList<PastStay> _stays;
    private readonly double _gap;
    private readonly Random _random;
    private double _free;

    public QueuePlay(QueueScene scene, IReadOnlyList<PastStay> stays, RunLengths lengths, double gap, Random random)
    {
        (_scene, _stays, _gap, _random, _free) = (scene, stays, gap, random, scene.Free);
        foreach (var (units, elapsed) in scene.Running)
            _ends.Enqueue(units, lengths.Left(elapsed, random));
        foreach (var units in scene.Ahead)
            _line.Add((units, Past().Seconds, false));
        _line.Add((scene.Needed, 0, true));
    }

    /// <summary>When it starts.</summary>
    /// <param name="steps">Events after which the play is given up: it starts no sooner than the last of them.</param>
    public double Start(int steps)
    {
        var (now, arrival) = (0.0, Gap());
        for (var step = 0; step < steps; step++)
        {
            if (Admit(now))
                return now;
            var end = _ends.TryPeek(out _, out var first) ? first : double.PositiveInfinity;
            now = Math.Min(end, arrival);
            if (end <= arrival)
            {
                _free += _ends.Dequeue();
                continue;
            }
            var next = Past();
            _line.Add((next.Units, next.Seconds, false));
            arrival += Gap();
        }
        return now;
    }

    private bool Admit(double now)
    {
        for (var i = 0; i < _line.Count; i++)
        {
            var (units, seconds, isOurs) = _line[i];
            if (units > _free)
            {
                if (_scene.Strict)
                    return false;
                continue;
            }
            if (isOurs)
                return true;
            _free -= units;
            _ends.Enqueue(units, now + seconds);
            _line.RemoveAt(i--);
        }
        return false;
    }

    private PastStay Past() => _stays[_random.Next(_stays.Count)];

    private double Gap() => -Math.Log(1 - _random.NextDouble()) * _gap;
}

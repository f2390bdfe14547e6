namespace Portal.Core.Waiting;

/// <summary>One simulated course of a queue, event by event, until the workload in question starts. Seconds from now.</summary>
internal sealed class QueueSimulation
{
    // What comes behind matters only as far as it overtakes: more of it makes a simulation no truer, only slower.
    private const int Behind = 200;

    private readonly PriorityQueue<double, double> _ends = new();
    private readonly List<(double Units, double Seconds)> _line = [];
    private readonly QueueScene _scene;
    private readonly IReadOnlyList<PastStay> _rivals;
    private readonly double _gap;
    private readonly double _least;
    private readonly Random _random;
    private double _free;
    private int _ours;

    /// <param name="rivals">Of what comes here; none where nothing does.</param>
    /// <param name="gap">Seconds between two of them on average.</param>
    /// <param name="least">The smallest that stands in the line or may come.</param>
    public QueueSimulation(QueueScene scene, IReadOnlyList<PastStay> rivals, RunLengths lengths, double gap, double least, Random random)
    {
        (_scene, _rivals, _gap, _least, _random, _free) = (scene, rivals, gap, least, random, scene.Free);
        foreach (var (units, elapsed) in scene.Running)
            _ends.Enqueue(units, lengths.Left(elapsed, random));
        foreach (var units in scene.Ahead)
            _line.Add((units, lengths.Left(0, random)));
        _ours = _line.Count;
        _line.Add((scene.Needed, 0));
    }

    /// <summary>When it starts, or <see cref="StartForecast.Never"/>.</summary>
    /// <param name="steps">Events after which the play is given up.</param>
    public double Start(int steps)
    {
        var (now, arrival) = (0.0, Gap());
        if (Admit(now))
            return now;
        for (var step = 0; step < steps && _ours <= StartForecast.MostAhead; step++)
        {
            var end = _ends.TryPeek(out _, out var first) ? first : double.PositiveInfinity;
            now = Math.Min(end, arrival);
            if (double.IsPositiveInfinity(now))
                return StartForecast.Never;
            if (end <= arrival)
            {
                _free += _ends.Dequeue();
                if (Admit(now))
                    return now;
                continue;
            }
            Arrive(now);
            arrival += Gap();
        }
        return StartForecast.Never;
    }

    private bool Admit(double now)
    {
        for (var i = 0; i < _line.Count && _free >= _least; i++)
        {
            if (_line[i].Units > _free)
            {
                if (_scene.Strict)
                    return false;
                continue;
            }
            if (i == _ours)
                return true;
            Take(_line[i], now);
            _line.RemoveAt(i);
            if (i-- < _ours)
                _ours--;
        }
        return false;
    }

    // Of what waits already nothing fits better than it did before.
    private void Arrive(double now)
    {
        var past = _rivals[_random.Next(_rivals.Count)];
        var (next, overtakes) = ((past.Units, past.Seconds), past.Priority > _scene.Priority);
        if (past.Units <= _free && (!_scene.Strict || (overtakes && _ours == 0)))
            Take(next, now);
        else if (overtakes)
            _line.Insert(_ours++, next);
        else if (_line.Count - _ours <= Behind)
            _line.Add(next);
    }

    private void Take((double Units, double Seconds) stay, double now)
    {
        _free -= stay.Units;
        _ends.Enqueue(stay.Units, now + stay.Seconds);
    }

    private double Gap() => _rivals.Count == 0 ? double.PositiveInfinity : -Math.Log(1 - _random.NextDouble()) * _gap;
}

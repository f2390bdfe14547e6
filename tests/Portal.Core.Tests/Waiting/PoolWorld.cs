using Portal.Core.Waiting;

namespace Portal.Core.Tests.Waiting;

/// <summary>How work comes to a simulated pool.</summary>
/// <param name="Capacity">Pieces of the pool.</param>
/// <param name="Gap">Seconds until the next arrival, given the time now.</param>
/// <param name="Size">Pieces of an arrival.</param>
/// <param name="Seconds">How long it runs, given its pieces.</param>
internal sealed record LoadPattern(
    double Capacity, Func<Random, double, double> Gap, Func<Random, double> Size, Func<Random, double, double> Seconds, bool Strict = false);

/// <summary>
/// A pool under a load, event by event, that asks for an estimate when something has to wait and looks how it turned out. It shares no
/// code with the forecast: what it is held against is only what it plays.
/// </summary>
internal sealed class PoolWorld(LoadPattern load, int seed)
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Random _random = new(seed);
    private readonly List<Job> _line = [];
    private readonly List<Job> _running = [];
    private readonly List<Job> _done = [];
    private readonly List<double> _ranks = [];

    /// <summary>Waits that an estimate was made for, and whether the start fell into its range.</summary>
    public List<bool> Held { get; } = [];

    /// <summary>Lets so many arrivals come; estimates count after the first ones.</summary>
    public void Run(int arrivals, int warmUp, int every)
    {
        var (now, next, came, waits) = (0.0, load.Gap(_random, 0), 0, 0);
        while (came < arrivals || _line.Exists(j => j.Forecast is not null))
        {
            var ended = _running.MinBy(j => j.EndsAt);
            if (ended is not null && ended.EndsAt <= next)
            {
                now = ended.EndsAt;
                _running.Remove(ended);
                _done.Add(ended);
            }
            else
            {
                now = next;
                next = now + load.Gap(_random, now);
                came++;
                var size = Math.Min(load.Capacity, load.Size(_random));
                _line.Add(new Job(size, load.Seconds(_random, size), now));
            }
            Admit(now);
            if (_line.Count > 0 && _line[^1].QueuedAt == now && came > warmUp && waits++ % every == 0 && came <= arrivals)
                Ask(_line[^1], now, came);
        }
    }

    private double Free => load.Capacity - _running.Sum(j => j.Size);

    private void Ask(Job job, double now, int askSeed)
    {
        var scene = new QueueScene(job.Size, Free, [.. _running.Select(j => (j.Size, now - j.StartedAt))],
            [.. _line.TakeWhile(j => j != job).Select(j => j.Size)], load.Strict);
        // As the database is read: the latest to end, in the order in which they were asked for.
        var past = _done.TakeLast(PoolHistory.Most).OrderBy(j => j.QueuedAt).Select(j => new PastStay(j.Size, Epoch.AddSeconds(j.QueuedAt), j.Seconds));
        var history = new PoolHistory([.. past], [.. _ranks.TakeLast(PoolHistory.Most)]);
        (job.Forecast, job.AskedAt) = (StartForecast.Play(scene, history, askSeed), now);
        job.Estimate = StartForecast.From(job.Forecast, history);
    }

    private void Admit(double now)
    {
        for (var i = 0; i < _line.Count; i++)
        {
            var job = _line[i];
            if (job.Size > Free)
            {
                if (load.Strict)
                    return;
                continue;
            }
            _line.RemoveAt(i--);
            (job.StartedAt, job.EndsAt) = (now, now + job.Seconds);
            _running.Add(job);
            if (job.Estimate is not { } estimate)
                continue;
            var waited = now - job.AskedAt;
            Held.Add(waited >= estimate.Earliest.TotalSeconds && waited <= estimate.Latest.TotalSeconds);
            _ranks.Add(StartForecast.RankOf(waited, job.Forecast!));
        }
    }

    private sealed class Job(double size, double seconds, double queuedAt)
    {
        public double Size => size;

        public double Seconds => seconds;

        public double QueuedAt => queuedAt;

        public double StartedAt { get; set; }

        public double EndsAt { get; set; }

        public double AskedAt { get; set; }

        public double[]? Forecast { get; set; }

        public StartEstimate? Estimate { get; set; }
    }
}

using Portal.Core.Waiting;

namespace Portal.Core.Tests.Waiting;

/// <summary>
/// Queues that lend one another part of their quota and take nothing back, under a load, event by event. As in <see cref="PoolWorld"/>
/// only what is asked goes through the product: here from the objects of the cluster on.
/// </summary>
/// <param name="own">Pieces that each queue has, and how many of them it lends at most.</param>
internal sealed class CohortWorld(LoadPattern load, IReadOnlyList<(int Nominal, int Lends)> own, int seed)
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
                var size = load.Size(_random);
                _line.Add(new Job(_random.Next(own.Count), $"w{came++}", size, load.Seconds(_random, size), now));
            }
            Admit(now);
            if (_line.Count > 0 && _line[^1].QueuedAt == now && came > warmUp && waits++ % every == 0 && came <= arrivals)
                Ask(_line[^1], now, came);
        }
    }

    // What each keeps for itself, and what of all that is lent nobody has taken yet.
    private double Free(int queue)
    {
        double Kept(int q) => own[q].Nominal - own[q].Lends;
        double Used(int q) => _running.Where(j => j.Queue == q).Sum(j => j.Size);
        return Math.Max(0, Kept(queue) - Used(queue)) + own.Sum(q => q.Lends) - Enumerable.Range(0, own.Count).Sum(q => Math.Max(0, Used(q) - Kept(q)));
    }

    private void Ask(Job job, double now, int askSeed)
    {
        var world = new WaitWorld();
        foreach (var (index, queue) in own.Index())
            world.Project($"q{index}", $"h100={queue.Nominal}//{queue.Lends}", reclaim: "Never");
        foreach (var running in _running)
            world.Runs($"q{running.Queue}", running.Name, (int)running.Size, minutes: (now - running.StartedAt) / 60);
        foreach (var before in _line.Where(j => j != job))
            world.Waits($"q{before.Queue}", before.Name, (int)before.Size, minutes: (now - before.QueuedAt) / 60);
        var mine = world.Waits($"q{job.Queue}", job.Name, (int)job.Size, minutes: 0);
        var analysis = WaitExplanation.For(world.Snapshot, mine, null);
        if (WaitScenes.From(world.Snapshot, analysis) is not { } scene)
            return;
        var rivals = WaitScenes.Rivals(world.Snapshot, analysis)!;
        var past = _done.TakeLast(PoolHistory.Most).OrderBy(j => j.QueuedAt)
            .Select(j => new PastStay(j.Size, Epoch.AddSeconds(j.QueuedAt), j.Seconds) { IsRival = rivals.Contains($"q{j.Queue}") });
        var history = new PoolHistory([.. past], [.. _ranks.TakeLast(PoolHistory.Most)]);
        (job.Forecast, job.AskedAt) = (StartForecast.Play(scene, history, askSeed), now);
        job.Estimate = StartForecast.From(job.Forecast, history);
    }

    private void Admit(double now)
    {
        for (var i = 0; i < _line.Count; i++)
        {
            var job = _line[i];
            if (job.Size > Free(job.Queue))
                continue;
            _line.RemoveAt(i--);
            (job.StartedAt, job.EndsAt) = (now, now + job.Seconds);
            _running.Add(job);
            if (job.Forecast is not { Length: > 0 } forecast)
                continue;
            var waited = now - job.AskedAt;
            if (job.Estimate is { } estimate)
                Held.Add(waited >= estimate.Earliest.TotalSeconds && waited <= estimate.Latest.TotalSeconds);
            _ranks.Add(StartForecast.RankOf(waited, forecast));
        }
    }

    private sealed class Job(int queue, string name, double size, double seconds, double queuedAt)
    {
        public int Queue => queue;

        public string Name => name;

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

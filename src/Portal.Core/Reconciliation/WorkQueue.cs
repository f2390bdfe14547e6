using Portal.Core.Cluster;

namespace Portal.Core.Reconciliation;

/// <summary>
/// Keys to look at. A key waits at most once, is worked on by one worker at a time, and one that is added while it is being
/// worked on comes back afterwards, so that no change is missed and no pass runs twice at once.
/// </summary>
public sealed class WorkQueue : IDisposable
{
    /// <summary>How long after a pass the cluster's answers to it are gathered, before they are looked at once.</summary>
    public static readonly TimeSpan Echo = TimeSpan.FromMilliseconds(500);

    private const int ManyFinished = 4096;

    private readonly TimeProvider _clock;
    private readonly Backoff _backoff;
    private readonly Lock _lock = new();
    private readonly Queue<ReconcileOwner> _ready = [];
    private readonly HashSet<ReconcileOwner> _waiting = [];
    private readonly HashSet<ReconcileOwner> _working = [];
    private readonly Dictionary<ReconcileOwner, int> _failures = [];
    private readonly Dictionary<ReconcileOwner, DateTimeOffset> _due = [];
    // When keys were worked on last, as far as that is less than a moment ago.
    private readonly Dictionary<ReconcileOwner, DateTimeOffset> _finished = [];
    private readonly HashSet<ReconcileOwner> _touched = [];
    private readonly PriorityQueue<ReconcileOwner, DateTimeOffset> _later = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly ITimer _timer;

    /// <summary>An empty queue; its one timer runs only while a key waits for its time.</summary>
    public WorkQueue(TimeProvider clock, Backoff backoff)
    {
        (_clock, _backoff) = (clock, backoff);
        _timer = clock.CreateTimer(_ => Promote(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys that are ready to be taken.</summary>
    public int Depth
    {
        get { lock (_lock) return _ready.Count; }
    }

    /// <summary>Asks for a pass now; without effect when the key waits already.</summary>
    public void Add(ReconcileOwner key)
    {
        lock (_lock)
        {
            _due.Remove(key);
            if (!_waiting.Add(key) || _working.Contains(key))
                return;
            _ready.Enqueue(key);
        }
        _signal.Release();
    }

    /// <summary>
    /// Asks for a pass because something of the row was seen in the cluster: at once, or, since most of what is seen after a
    /// pass is what controllers make of it, when <see cref="Echo"/> is over.
    /// </summary>
    public void Touch(ReconcileOwner key)
    {
        TimeSpan delay;
        lock (_lock)
        {
            if (_working.Contains(key))
            {
                _touched.Add(key);
                return;
            }
            delay = _finished.TryGetValue(key, out var at) ? at + Echo - _clock.GetUtcNow() : TimeSpan.Zero;
        }
        AddAfter(key, delay);
    }

    /// <summary>Asks for a pass after a delay; an earlier one that is asked for already stands.</summary>
    public void AddAfter(ReconcileOwner key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }
        lock (_lock)
        {
            var at = _clock.GetUtcNow() + delay;
            if (_waiting.Contains(key) || (_due.TryGetValue(key, out var due) && due <= at))
                return;
            _due[key] = at;
            _later.Enqueue(key, at);
            Arm();
        }
    }

    /// <summary>Waits for a key and takes it; <see cref="Finish"/> must follow.</summary>
    public async Task<ReconcileOwner> TakeAsync(CancellationToken ct)
    {
        await _signal.WaitAsync(ct);
        lock (_lock)
        {
            var key = _ready.Dequeue();
            _waiting.Remove(key);
            _working.Add(key);
            return key;
        }
    }

    /// <summary>Ends a pass and plans the next one as its result says.</summary>
    public void Finish(ReconcileOwner key, ReconcileResult result)
    {
        var again = result.Again;
        bool returns;
        lock (_lock)
        {
            _working.Remove(key);
            if (result.Failed)
            {
                var failures = _failures[key] = _failures.GetValueOrDefault(key) + 1;
                var delay = _backoff.After(failures, Random.Shared.NextDouble());
                again = again > delay ? again : delay;
            }
            else
            {
                _failures.Remove(key);
            }
            if (_touched.Remove(key) && !result.Failed && !(again < Echo))
                again = Echo;
            Remember(key);
            returns = _waiting.Contains(key);
            if (returns)
                _ready.Enqueue(key);
        }
        if (returns)
            _signal.Release();
        else if (again is { } delay)
            AddAfter(key, delay);
    }

    /// <summary>
    /// Ends the timer. The signal stays: the timer may be calling back at this moment, a watch may still add a key, and a semaphore
    /// whose wait handle nobody asked for holds nothing.
    /// </summary>
    public void Dispose() => _timer.Dispose();

    private void Remember(ReconcileOwner key)
    {
        var now = _clock.GetUtcNow();
        if (_finished.Count > ManyFinished)
        {
            foreach (var old in _finished.Where(f => f.Value + Echo <= now).Select(f => f.Key).ToArray())
                _finished.Remove(old);
        }
        _finished[key] = now;
    }

    private void Promote()
    {
        var due = new List<ReconcileOwner>();
        lock (_lock)
        {
            var now = _clock.GetUtcNow();
            while (_later.TryPeek(out var key, out var at) && at <= now)
            {
                _later.Dequeue();
                // A key that ran meanwhile, or was planned anew, has left a stale entry here.
                if (_due.TryGetValue(key, out var planned) && planned == at)
                    due.Add(key);
            }
            Arm();
        }
        foreach (var key in due)
            Add(key);
    }

    private void Arm()
    {
        if (!_later.TryPeek(out _, out var at))
            return;
        var wait = at - _clock.GetUtcNow();
        _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}

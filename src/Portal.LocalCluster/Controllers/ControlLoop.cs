using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>What a controller listens to: a resource, and the keys of its own objects that a change there concerns.</summary>
public sealed record Source(string Resource, Func<JsonObject, IEnumerable<string>> Keys);

/// <summary>
/// The frame of every controller: watch, queue keys, reconcile one key at a time. Level-triggered: a key says only
/// "look at this again", so a burst of events costs one look. A refused or failed look is repeated with a growing pause.
/// </summary>
public abstract class ControlLoop(IObjects objects, TimeProvider time, ILogger log) : IController
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);

    // Timers go no further than some fifty days; a key that is looked at too early finds nothing to do.
    private static readonly TimeSpan LongestAlarm = TimeSpan.FromDays(1);

    private readonly Channel<string> _queue = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HashSet<string> _queued = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITimer> _alarms = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _pauses = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public abstract string Name { get; }

    protected IObjects Objects { get; } = objects;

    protected TimeProvider Time { get; } = time;

    protected abstract IEnumerable<Source> Sources { get; }

    /// <summary>Called before listening begins: for keys that stand for no object yet.</summary>
    protected virtual void Started() { }

    /// <returns>When to look again although nothing changes, if ever.</returns>
    protected abstract Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct);

    public async Task RunAsync(CancellationToken ct)
    {
        Started();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        List<Task> tasks = [.. Sources.Select(source => ListenAsync(source, stop.Token)), WorkAsync(stop.Token)];
        try
        {
            await await Task.WhenAny(tasks);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(tasks).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            Forget();
        }
    }

    /// <summary>Puts a key into the queue; one that is there already stays where it is.</summary>
    protected void Enqueue(string key)
    {
        lock (_gate)
        {
            if (!_queued.Add(key)) return;
        }
        _queue.Writer.TryWrite(key);
    }

    /// <summary>Writes, and answers false where somebody else wrote first or the object has gone: the next event brings the key back.</summary>
    protected static bool TryWrite(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (ApiException refusal) when (refusal.Code is 404 or 409)
        {
            return false;
        }
    }

    private async Task ListenAsync(Source source, CancellationToken ct)
    {
        await foreach (ObjectEvent change in Objects.Watch(source.Resource, ct))
        {
            foreach (string key in source.Keys(change.Object)) Enqueue(key);
        }
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        await foreach (string key in _queue.Reader.ReadAllAsync(ct))
        {
            lock (_gate) _queued.Remove(key);
            try
            {
                TimeSpan? again = await ReconcileAsync(key, ct);
                _pauses.Remove(key);
                if (again is { } pause) Wake(key, pause);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                if (failure is not ApiException { Code: 409 }) ControlLog.Failed(log, Name, key, failure);
                TimeSpan pause = _pauses.TryGetValue(key, out TimeSpan last) ? TimeSpan.FromTicks(Math.Min(last.Ticks * 2, LastRetry.Ticks)) : FirstRetry;
                _pauses[key] = pause;
                Wake(key, pause);
            }
        }
    }

    private void Wake(string key, TimeSpan pause)
    {
        lock (_gate)
        {
            if (_alarms.Remove(key, out ITimer? old)) old.Dispose();
            TimeSpan due = pause < TimeSpan.Zero ? TimeSpan.Zero : pause < LongestAlarm ? pause : LongestAlarm;
            _alarms[key] = Time.CreateTimer(_ => Ring(key), null, due, Timeout.InfiniteTimeSpan);
        }
    }

    private void Ring(string key)
    {
        lock (_gate)
        {
            if (_alarms.Remove(key, out ITimer? alarm)) alarm.Dispose();
        }
        Enqueue(key);
    }

    private void Forget()
    {
        lock (_gate)
        {
            foreach (ITimer alarm in _alarms.Values) alarm.Dispose();
            _alarms.Clear();
        }
    }
}

internal static partial class ControlLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Controller {Controller} will look at {Key} again")]
    public static partial void Failed(ILogger logger, string controller, string key, Exception failure);
}

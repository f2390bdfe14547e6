namespace Portal.Core.Data;

/// <summary>The change feed inside one process.</summary>
public sealed class ChangeFeed : IChangeFeed
{
    private readonly Lock _lock = new();
    private Action<RowChange>[] _subscribers = [];

    /// <inheritdoc/>
    public void Publish(RowChange change)
    {
        foreach (var subscriber in Volatile.Read(ref _subscribers))
            subscriber(change);
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<RowChange> onChange)
    {
        lock (_lock)
            Volatile.Write(ref _subscribers, [.. _subscribers, onChange]);
        return new Subscription(this, onChange);
    }

    private sealed class Subscription(ChangeFeed feed, Action<RowChange> onChange) : IDisposable
    {
        public void Dispose()
        {
            lock (feed._lock)
                Volatile.Write(ref feed._subscribers, [.. feed._subscribers.Where(s => !ReferenceEquals(s, onChange))]);
        }
    }
}

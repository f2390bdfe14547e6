using System.Threading.Channels;

namespace Portal.LocalCluster.Storage;

/// <summary>
/// What one watcher has still to read. Writers never wait for it: a feed with a limit that is not read in time is cut
/// off, and its watcher starts over with a list.
/// </summary>
internal sealed class ChangeFeed
{
    private readonly Channel<StoredChange> _changes;

    public ChangeFeed(int? limit) => _changes = limit is { } size
        ? Channel.CreateBounded<StoredChange>(new BoundedChannelOptions(size) { SingleReader = true })
        : Channel.CreateUnbounded<StoredChange>(new UnboundedChannelOptions { SingleReader = true });

    public ChannelReader<StoredChange> Changes => _changes.Reader;

    /// <summary>It was cut off because it was not read in time.</summary>
    public bool Late { get; private set; }

    public bool Offer(StoredChange change)
    {
        if (_changes.Writer.TryWrite(change)) return true;
        Late = true;
        _changes.Writer.TryComplete();
        return false;
    }

    public void End() => _changes.Writer.TryComplete();
}

using System.Collections.Immutable;
using Portal.LocalCluster.Machinery;
using Names = System.Collections.Immutable.ImmutableSortedDictionary<string, Portal.LocalCluster.Storage.StoredObject>;
using Namespaces = System.Collections.Immutable.ImmutableSortedDictionary<
    string, System.Collections.Immutable.ImmutableSortedDictionary<string, Portal.LocalCluster.Storage.StoredObject>>;

namespace Portal.LocalCluster.Storage;

/// <summary>The objects of one resource and its recent changes. Written under the store's gate; read without it.</summary>
internal sealed class Shelf(ResourceType type, int historyLength)
{
    private static readonly Names NoNames = Names.Empty.WithComparers(StringComparer.Ordinal);
    private static readonly Namespaces Nothing = Namespaces.Empty.WithComparers(StringComparer.Ordinal);

    private readonly Queue<StoredChange> _history = new();
    private readonly List<ChangeFeed> _feeds = [];
    private volatile Namespaces _objects = Nothing;

    public ResourceType Type { get; set; } = type;

    /// <summary>Changes after this version are still known; older ones answer 410.</summary>
    public long HistoryFloor { get; set; }

    /// <summary>The version of the last change.</summary>
    public long LastChange { get; private set; }

    public int Count { get; private set; }

    public StoredObject? Find(string ns, string name) =>
        _objects.TryGetValue(ns, out var names) ? names.GetValueOrDefault(name) : null;

    /// <summary>A moment's view of all objects or of one namespace, in order.</summary>
    public IEnumerable<StoredObject> Objects(string? ns) => Objects(_objects, ns);

    public void Apply(StoredChange change)
    {
        var (before, after) = (change.Before, change.After);
        Count += (after is null ? 0 : 1) - (before is null ? 0 : 1);
        _objects = With(_objects, (after ?? before)!, after);
        LastChange = change.Version;
        _history.Enqueue(change);
        while (_history.Count > historyLength) HistoryFloor = _history.Dequeue().Version;
        for (var i = _feeds.Count - 1; i >= 0; i--)
        {
            if (!_feeds[i].Offer(change)) _feeds.RemoveAt(i);
        }
    }

    /// <summary>Puts an object back at start, without history.</summary>
    public void Load(StoredObject loaded)
    {
        if (Find(loaded.Namespace, loaded.Name) is null) Count++;
        _objects = With(_objects, loaded, loaded);
        LastChange = Math.Max(LastChange, loaded.Version);
    }

    /// <summary>The objects as they stood at a version, by undoing the changes since; null when that is forgotten.</summary>
    public IEnumerable<StoredObject>? ObjectsAt(long version, string? ns)
    {
        if (version >= LastChange) return Objects(ns);
        if (version < HistoryFloor) return null;
        var objects = _objects;
        foreach (var change in _history.Reverse().TakeWhile(change => change.Version > version))
        {
            objects = With(objects, (change.Before ?? change.After)!, change.Before);
        }
        return Objects(objects, ns);
    }

    public IEnumerable<StoredChange> ChangesAfter(long version) => _history.SkipWhile(change => change.Version <= version);

    public void Attach(ChangeFeed feed) => _feeds.Add(feed);

    public void Detach(ChangeFeed feed) => _feeds.Remove(feed);

    public void End()
    {
        foreach (var feed in _feeds) feed.End();
        _feeds.Clear();
    }

    private static IEnumerable<StoredObject> Objects(Namespaces objects, string? ns) =>
        ns is null ? objects.SelectMany(names => names.Value.Values) : objects.GetValueOrDefault(ns)?.Values ?? [];

    private static Namespaces With(Namespaces objects, StoredObject at, StoredObject? value)
    {
        var names = objects.GetValueOrDefault(at.Namespace) ?? NoNames;
        names = value is null ? names.Remove(at.Name) : names.SetItem(at.Name, value);
        return names.IsEmpty ? objects.Remove(at.Namespace) : objects.SetItem(at.Namespace, names);
    }
}

/// <summary>One change of one object. A removal has no After; its Before is the last state under the removal's version.</summary>
internal sealed record StoredChange(long Version, StoredObject? Before, StoredObject? After)
{
    /// <summary>For a removal: the last state with the version of the removal, as watches show it.</summary>
    public StoredObject? Removed { get; init; }
}

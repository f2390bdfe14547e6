using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Storage;

/// <summary>
/// All objects under one rising version. One gate orders the writes (admission and write are one step under it, so two
/// creates cannot both fit in the same quota); reads take no lock but for histories.
/// </summary>
internal sealed class ObjectStore(IWriteLog log, int historyLength = 10_000)
{
    /// <summary>Not 1: a client that asks from there on must hear, as on any cluster, that it is too long ago.</summary>
    private const long FirstVersion = 100;

    private readonly ConcurrentDictionary<string, Shelf> _shelves = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<StoredKey>> _dependents = new(StringComparer.Ordinal);
    private long _version = FirstVersion;

    public Lock Gate { get; } = new();

    public long Version => Volatile.Read(ref _version);

    /// <summary>Makes room for a resource; loads what the log holds of it.</summary>
    public void Add(ResourceType type)
    {
        lock (Gate)
        {
            if (_shelves.TryGetValue(type.StoredAs, out var present))
            {
                present.Type = type;
                return;
            }
            var shelf = new Shelf(type, historyLength) { HistoryFloor = _version };
            foreach (var (version, json) in log.Take(type.StoredAs))
            {
                var loaded = StoredObject.Load(json, type, version);
                shelf.Load(loaded);
                Link(type, loaded);
            }
            _shelves[type.StoredAs] = shelf;
        }
    }

    /// <summary>Continues the version of the last run.</summary>
    public void ContinueFrom(long version) => _version = Math.Max(_version, version);

    /// <summary>The resource is served no longer: whoever watches it hears the end.</summary>
    public void Drop(ResourceType type)
    {
        lock (Gate)
        {
            if (_shelves.TryRemove(type.StoredAs, out var shelf)) shelf.End();
        }
    }

    /// <exception cref="ApiException">The resource is served no longer.</exception>
    public Shelf Shelf(ResourceType type) => _shelves.GetValueOrDefault(type.StoredAs) ?? throw Refusals.NoResource();

    public StoredObject? Find(ResourceType type, string? ns, string name) => _shelves.GetValueOrDefault(type.StoredAs)?.Find(ns ?? "", name);

    /// <summary>The objects of a resource; none where it is served no longer.</summary>
    public IEnumerable<StoredObject> Objects(ResourceType type, string? ns) => _shelves.GetValueOrDefault(type.StoredAs)?.Objects(ns) ?? [];

    public IEnumerable<(string Resource, StoredObject Object)> All() =>
        _shelves.SelectMany(shelf => shelf.Value.Objects(ns: null).Select(stored => (shelf.Key, stored)));

    /// <summary>Everything that names this uid among its owners.</summary>
    public IReadOnlyList<StoredKey> Dependents(string uid)
    {
        lock (Gate) return _dependents.TryGetValue(uid, out var keys) ? [.. keys] : [];
    }

    /// <summary>Call under the gate.</summary>
    public StoredObject Put(ResourceType type, JsonObject tree)
    {
        var shelf = _shelves[type.StoredAs];
        var before = shelf.Find(tree.Namespace() ?? "", tree.Name());
        var after = StoredObject.From(tree, type, _version + 1);
        log.Put(type.StoredAs, after);
        Volatile.Write(ref _version, after.Version);
        if (before is not null) Unlink(type, before);
        Link(type, after);
        shelf.Apply(new StoredChange(after.Version, before, after));
        return after;
    }

    /// <summary>Call under the gate. <paramref name="last"/> is the last state, which may differ from what is stored.</summary>
    public StoredObject Remove(ResourceType type, StoredObject present, JsonObject? last = null)
    {
        var removed = StoredObject.From(last ?? present.Read(), type, _version + 1);
        log.Remove(type.StoredAs, present, removed.Version);
        Volatile.Write(ref _version, removed.Version);
        Unlink(type, present);
        _shelves[type.StoredAs].Apply(new StoredChange(removed.Version, present, After: null) { Removed = removed });
        return removed;
    }

    private void Link(ResourceType type, StoredObject stored)
    {
        foreach (var owner in stored.Owners)
        {
            if (!_dependents.TryGetValue(owner, out var keys)) _dependents[owner] = keys = [];
            keys.Add(new StoredKey(type.StoredAs, stored.Namespace, stored.Name));
        }
    }

    private void Unlink(ResourceType type, StoredObject stored)
    {
        foreach (var owner in stored.Owners)
        {
            if (!_dependents.TryGetValue(owner, out var keys)) continue;
            keys.Remove(new StoredKey(type.StoredAs, stored.Namespace, stored.Name));
            if (keys.Count == 0) _dependents.Remove(owner);
        }
    }
}

internal readonly record struct StoredKey(string Resource, string Namespace, string Name);

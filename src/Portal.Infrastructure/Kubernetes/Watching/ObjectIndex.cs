using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>The objects of one kind as last seen, by name and by the row that they carry out. Each change names the rows it concerns.</summary>
internal sealed class ObjectIndex
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, HeldObject>> _spaces = [];
    private readonly Dictionary<Guid, List<HeldObject>> _byRow = [];
    private readonly Dictionary<Type, (long Changes, object Value)> _derived = [];
    private long _changes;

    public int Count
    {
        get { lock (_lock) return _spaces.Values.Sum(s => s.Count); }
    }

    public JsonObject? Find(string? ns, string name)
    {
        HeldObject? found;
        lock (_lock)
            found = FindLocked(ns ?? "", name);
        return found?.Read();
    }

    public IReadOnlyList<JsonObject> List(string? ns, (string Key, string Value)? label)
    {
        HeldObject[] held;
        lock (_lock)
        {
            IEnumerable<HeldObject> found = label is { Key: Manifest.IdLabel } id ? (Guid.TryParse(id.Value, out var row) ? _byRow.GetValueOrDefault(row, []) : [])
                : ns is null ? _spaces.Values.SelectMany(s => s.Values)
                : _spaces.GetValueOrDefault(ns, []).Values;
            held = [.. found.Where(o => ns is null || o.Namespace == ns)];
        }
        // Reading takes its time: the watch goes on meanwhile.
        return [.. held.Select(h => h.Read()).Where(o => label is not { } l || o.Text("metadata", "labels", l.Key) == l.Value)];
    }

    /// <summary>What follows from all objects, worked out anew once any of them has changed.</summary>
    public T Derive<T>(Func<IReadOnlyList<JsonObject>, T> from) where T : class
    {
        long changes;
        lock (_lock)
        {
            changes = _changes;
            if (_derived.TryGetValue(typeof(T), out var known) && known.Changes == changes)
                return (T)known.Value;
        }
        var value = from(List(null, null));
        // What changed meanwhile may be in it or not: it counts as older than that.
        lock (_lock)
            _derived[typeof(T)] = (changes, value);
        return value;
    }

    /// <summary>What the objects, where they are pods, hold of their nodes.</summary>
    public IReadOnlyList<PodHolding> Holdings()
    {
        lock (_lock)
            return [.. _spaces.Values.SelectMany(s => s.Values).Select(h => h.Holding).OfType<PodHolding>()];
    }

    /// <summary>Sets an object, unless this very version of it is known.</summary>
    public IReadOnlyList<ReconcileOwner> Set(HeldObject seen)
    {
        lock (_lock)
            return SetLocked(seen);
    }

    public IReadOnlyList<ReconcileOwner> Remove(string? ns, string name)
    {
        lock (_lock)
            return FindLocked(ns ?? "", name) is { } gone ? RemoveLocked(gone) : [];
    }

    /// <summary>Takes a whole list in place of what was there; what it does not name any more has been deleted unseen.</summary>
    public IReadOnlyList<ReconcileOwner> Replace(IReadOnlyList<HeldObject> list)
    {
        lock (_lock)
        {
            var touched = new List<ReconcileOwner>();
            var present = list.Select(o => (o.Namespace, o.Name)).ToHashSet();
            foreach (var gone in _spaces.Values.SelectMany(s => s.Values).Where(o => !present.Contains((o.Namespace, o.Name))).ToArray())
                touched.AddRange(RemoveLocked(gone));
            foreach (var item in list)
                touched.AddRange(SetLocked(item));
            return touched;
        }
    }

    private HeldObject? FindLocked(string ns, string name) => _spaces.GetValueOrDefault(ns)?.GetValueOrDefault(name);

    private List<ReconcileOwner> SetLocked(HeldObject seen)
    {
        var touched = new List<ReconcileOwner>(1);
        if (FindLocked(seen.Namespace, seen.Name) is { } before)
        {
            if (before.Version == seen.Version)
                return touched;
            // Its labels may have been taken away: the row that it belonged to has to know.
            touched.AddRange(RemoveLocked(before));
        }
        _changes++;
        if (!_spaces.TryGetValue(seen.Namespace, out var space))
            _spaces[seen.Namespace] = space = [];
        space[seen.Name] = seen;
        if (seen.Row != Guid.Empty)
        {
            // Most rows have one object of a kind.
            if (!_byRow.TryGetValue(seen.Row, out var held))
                _byRow[seen.Row] = held = new List<HeldObject>(1);
            held.Add(seen);
        }
        if (seen.Owner is { } owner && !touched.Contains(owner))
            touched.Add(owner);
        return touched;
    }

    private List<ReconcileOwner> RemoveLocked(HeldObject gone)
    {
        _changes++;
        if (_spaces.TryGetValue(gone.Namespace, out var space) && space.Remove(gone.Name) && space.Count == 0)
            _spaces.Remove(gone.Namespace);
        if (_byRow.TryGetValue(gone.Row, out var held) && held.Remove(gone) && held.Count == 0)
            _byRow.Remove(gone.Row);
        return gone.Owner is { } owner ? [owner] : [];
    }
}

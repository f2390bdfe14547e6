using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>
/// The objects of one kind as last seen, by name and by the row that they carry out. Each change names the rows it concerns.
/// The answers to the portal's own writes are taken in before the watch comes to them, and are no news when it does.
/// </summary>
internal sealed class ObjectIndex
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, HeldObject>> _spaces = [];
    private readonly Dictionary<Guid, List<HeldObject>> _byRow = [];
    private readonly Dictionary<Type, (long Changes, object Value)> _derived = [];
    private long _changes;
    // What the watch has come to.
    private string? _reached;

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

    /// <summary>True when this very version of an object is known.</summary>
    public bool Has(string? ns, string name, string? version)
    {
        lock (_lock)
            return FindLocked(ns ?? "", name) is { } held && held.Version == version;
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

    /// <summary>The watch has come to a version, whatever it said of it.</summary>
    public void Reach(string? version)
    {
        lock (_lock)
            _reached = version ?? _reached;
    }

    /// <summary>Sets an object that the watch has shown, unless this version of it is known, or what the portal made of it later.</summary>
    public IReadOnlyList<ReconcileOwner> Set(HeldObject seen)
    {
        lock (_lock)
        {
            _reached = seen.Version;
            return SetLocked(seen);
        }
    }

    /// <summary>
    /// Sets an object that the cluster has answered a write with. Where the watch has come that far it has shown that already, or
    /// what became of it; where it has not, it shows later whatever does.
    /// </summary>
    public void SetAnswer(HeldObject made)
    {
        lock (_lock)
        {
            if (ObjectVersion.IsBefore(_reached, made.Version))
                SetLocked(made);
        }
    }

    /// <summary>Takes out an object that the watch has shown as deleted, unless the portal has made it again since.</summary>
    /// <param name="version">Of the deletion.</param>
    public IReadOnlyList<ReconcileOwner> Remove(string? ns, string name, string? version)
    {
        lock (_lock)
        {
            _reached = version ?? _reached;
            return FindLocked(ns ?? "", name) is { } gone && !ObjectVersion.IsBefore(version, gone.Version) ? RemoveLocked(gone) : [];
        }
    }

    /// <summary>
    /// Takes a whole list in place of what was there; what it does not name any more has been deleted unseen, but for what the portal
    /// made since the list was.
    /// </summary>
    /// <param name="version">Of the list; null where nothing is known any more.</param>
    public IReadOnlyList<ReconcileOwner> Replace(IReadOnlyList<HeldObject> list, string? version)
    {
        lock (_lock)
        {
            // A cluster that was set back to an older state has none of what came after.
            var isSetBack = version is null || ObjectVersion.IsBefore(version, _reached);
            _reached = version;
            var touched = new List<ReconcileOwner>();
            var versions = list.ToDictionary(o => (o.Namespace, o.Name), o => o.Version);
            foreach (var held in _spaces.Values.SelectMany(s => s.Values).ToArray())
            {
                var isGone = !versions.TryGetValue((held.Namespace, held.Name), out var listed);
                if (isSetBack ? isGone || held.Version != listed : isGone && !ObjectVersion.IsBefore(version, held.Version))
                    touched.AddRange(RemoveLocked(held));
            }
            foreach (var item in list)
                touched.AddRange(SetLocked(item));
            return touched;
        }
    }

    private HeldObject? FindLocked(string ns, string name) => _spaces.GetValueOrDefault(ns)?.GetValueOrDefault(name);

    private List<ReconcileOwner> SetLocked(HeldObject seen)
    {
        var (touched, isNews) = (new List<ReconcileOwner>(1), true);
        if (FindLocked(seen.Namespace, seen.Name) is { } before)
        {
            if (before.Version == seen.Version || ObjectVersion.IsBefore(seen.Version, before.Version))
                return touched;
            // Its labels may have been taken away: the row that it belonged to has to know.
            touched.AddRange(RemoveLocked(before));
            isNews = !seen.SaysNothingNew(before);
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
        return isNews ? touched : [];
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

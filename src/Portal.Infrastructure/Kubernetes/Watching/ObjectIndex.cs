using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>The objects of one kind as last seen, by name and by the row that they carry out. Each change names the rows it concerns.</summary>
internal sealed class ObjectIndex
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Namespace, string Name), JsonObject> _objects = [];
    private readonly Dictionary<string, HashSet<(string, string)>> _byId = [];

    public int Count
    {
        get { lock (_lock) return _objects.Count; }
    }

    public JsonObject? Find(string? ns, string name)
    {
        lock (_lock)
            return _objects.GetValueOrDefault((ns ?? "", name));
    }

    public IReadOnlyList<JsonObject> List(string? ns, (string Key, string Value)? label)
    {
        lock (_lock)
        {
            IEnumerable<JsonObject> found = label is { Key: Manifest.IdLabel } id
                ? _byId.GetValueOrDefault(id.Value, []).Select(k => _objects[k])
                : _objects.Values;
            return [.. found.Where(o => ns is null || o.Text("metadata", "namespace") == ns)
                .Where(o => label is not { } l || o.Text("metadata", "labels", l.Key) == l.Value)];
        }
    }

    /// <summary>Sets an object, unless this very version of it is known.</summary>
    public IReadOnlyList<ReconcileOwner> Set(JsonObject seen)
    {
        lock (_lock)
            return SetLocked(seen);
    }

    public IReadOnlyList<ReconcileOwner> Remove(string? ns, string name)
    {
        lock (_lock)
            return RemoveLocked((ns ?? "", name));
    }

    /// <summary>Takes a whole list in place of what was there; what it does not name any more has been deleted unseen.</summary>
    public IReadOnlyList<ReconcileOwner> Replace(IReadOnlyList<JsonObject> list)
    {
        lock (_lock)
        {
            var touched = new List<ReconcileOwner>();
            var present = list.Select(KeyOf).ToHashSet();
            foreach (var gone in _objects.Keys.Where(k => !present.Contains(k)).ToArray())
                touched.AddRange(RemoveLocked(gone));
            foreach (var item in list)
                touched.AddRange(SetLocked(item));
            return touched;
        }
    }

    private List<ReconcileOwner> SetLocked(JsonObject seen)
    {
        var key = KeyOf(seen);
        var touched = new List<ReconcileOwner>(1);
        if (_objects.TryGetValue(key, out var before))
        {
            if (before.Text("metadata", "resourceVersion") == seen.Text("metadata", "resourceVersion"))
                return touched;
            // Its labels may have been taken away: the row that it belonged to has to know.
            touched.AddRange(RemoveLocked(key));
        }
        _objects[key] = seen;
        if (IdOf(seen) is { } id)
        {
            if (!_byId.TryGetValue(id, out var keys))
                _byId[id] = keys = [];
            keys.Add(key);
        }
        if (seen.Owner() is { } owner && !touched.Contains(owner))
            touched.Add(owner);
        return touched;
    }

    private List<ReconcileOwner> RemoveLocked((string, string) key)
    {
        if (!_objects.Remove(key, out var before))
            return [];
        if (IdOf(before) is { } id && _byId.TryGetValue(id, out var keys) && keys.Remove(key) && keys.Count == 0)
            _byId.Remove(id);
        return before.Owner() is { } owner ? [owner] : [];
    }

    private static (string, string) KeyOf(JsonObject o) => (o.Text("metadata", "namespace") ?? "", o.Name());

    private static string? IdOf(JsonObject o) => o.Text("metadata", "labels", Manifest.IdLabel);
}

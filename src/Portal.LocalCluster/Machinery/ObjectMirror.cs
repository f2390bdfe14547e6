using System.Text.Json.Nodes;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Machinery;

/// <summary>
/// All objects of a resource for one reader, who looks again and again: of what was not written since the last look it is
/// given the same value as then, and nothing is parsed again. One look at a time.
/// </summary>
public sealed class ObjectMirror<T>
{
    private readonly Func<IEnumerable<StoredObject>> _stored;
    private readonly Func<JsonObject, T> _read;
    private Dictionary<StoredObject, T> _known = new(ReferenceEqualityComparer.Instance);

    internal ObjectMirror(Func<IEnumerable<StoredObject>> stored, Func<JsonObject, T> read) => (_stored, _read) = (stored, read);

    /// <summary>All objects, in the order of namespace and name.</summary>
    public IReadOnlyList<T> List()
    {
        List<T> all = new(_known.Count);
        List<StoredObject> now = new(_known.Count);
        foreach (var stored in _stored())
        {
            if (!_known.TryGetValue(stored, out var value)) _known[stored] = value = _read(stored.Read());
            all.Add(value);
            now.Add(stored);
        }
        // Older versions are let go once they are as many as those that count.
        if (_known.Count > 2 * all.Count) _known = now.Zip(all).ToDictionary(pair => pair.First, pair => pair.Second, (IEqualityComparer<StoredObject>)ReferenceEqualityComparer.Instance);
        return all;
    }
}

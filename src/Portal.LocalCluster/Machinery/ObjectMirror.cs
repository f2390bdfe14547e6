using System.Text.Json.Nodes;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Machinery;

/// <summary>
/// All objects of a resource for one reader, who looks again and again: what was not written since the last look is the same
/// tree as then and is not parsed again. The trees are the mirror's: they are not to be changed. One look at a time.
/// </summary>
public sealed class ObjectMirror
{
    private readonly Func<IEnumerable<StoredObject>> _stored;
    private Dictionary<StoredObject, JsonObject> _trees = new(ReferenceEqualityComparer.Instance);

    internal ObjectMirror(Func<IEnumerable<StoredObject>> stored) => _stored = stored;

    /// <summary>All objects, in the order of namespace and name.</summary>
    public IReadOnlyList<JsonObject> List()
    {
        Dictionary<StoredObject, JsonObject> trees = new(_trees.Count, ReferenceEqualityComparer.Instance);
        List<JsonObject> all = new(_trees.Count);
        foreach (var stored in _stored())
        {
            var tree = _trees.GetValueOrDefault(stored) ?? stored.Read();
            trees[stored] = tree;
            all.Add(tree);
        }
        _trees = trees;
        return all;
    }
}

using System.Collections.Immutable;

namespace Portal.LocalCluster.Machinery;

/// <summary>What the server serves at this moment: the built-in resources and those of established definitions.</summary>
internal sealed class ResourceCatalog
{
    private volatile ImmutableList<ResourceType> _all = [.. BuiltinResources.List];
    private volatile ImmutableList<ResourceType> _types = [.. BuiltinResources.List];
    private volatile ImmutableDictionary<(string Group, string Version, string Plural), ResourceType> _paths = Index([.. BuiltinResources.List]);

    /// <summary>Counts up when the answer to discovery changes.</summary>
    public int Edition { get; private set; }

    public IReadOnlyList<ResourceType> Types => _types;

    public ResourceType? Find(string group, string version, string plural) => _paths.GetValueOrDefault((group, version, plural));

    /// <summary>By the version-free name; of several versions the stored one.</summary>
    public ResourceType? Stored(string groupResource) => _all.FirstOrDefault(type => type.GroupResource == groupResource);

    public ResourceType? OfKind(string groupVersion, string kind) =>
        _all.FirstOrDefault(type => type.Kind == kind && type.GroupVersion == groupVersion);

    public ResourceType? OfGroupKind(string group, string kind) => _all.FirstOrDefault(type => type.Kind == kind && type.Group == group);

    /// <summary>Replaces all versions of one resource; the first is the stored one.</summary>
    public void Set(string groupResource, IReadOnlyList<ResourceType> versions)
    {
        _all = _all.RemoveAll(type => type.GroupResource == groupResource).AddRange(versions);
        _types = _all.RemoveAll(type => !type.Served);
        _paths = Index(_types);
        Edition++;
    }

    private static ImmutableDictionary<(string, string, string), ResourceType> Index(ImmutableList<ResourceType> types) =>
        types.ToImmutableDictionary(type => (type.Group, type.Version, type.Plural));
}

using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>What the informers have seen, kind by kind. <see cref="ClusterWatcher"/> fills it.</summary>
internal sealed class ClusterCache(ClusterDiscovery discovery) : IClusterCache
{
    private readonly ConcurrentDictionary<ResourceType, (ObjectIndex Index, Informer Informer)> _followed = new();

    // Of what pages alone show nothing is decided, nothing waited for, and none of it makes what is known look old.
    private readonly ConcurrentDictionary<ResourceType, ObjectIndex> _shown = new();

    /// <summary>The kinds that are served are known, and followed.</summary>
    public bool KnowsKinds { get; set; }

    public ClusterCapabilities? Capabilities => discovery.Last;

    public TimeSpan? Silence => discovery.Silence;

    public TimeSpan? SinceRefusal => discovery.SinceRefusal;

    /// <summary>True once every kind that is served, and is needed, has been listed.</summary>
    public bool IsSynced => KnowsKinds && _followed.Values.All(f => f.Informer.Age is not null || f.Informer.IsOptional);

    public JsonObject? Find(ObjectKey key) =>
        _followed.TryGetValue(key.Type, out var followed) ? followed.Index.Find(key.Namespace, key.Name) : null;

    public IReadOnlyList<JsonObject> List(ResourceType type, string? ns = null, (string Key, string Value)? label = null) =>
        _followed.TryGetValue(type, out var followed) ? followed.Index.List(ns, label) : [];

    public T Derive<T>(ResourceType type, Func<IReadOnlyList<JsonObject>, T> from) where T : class =>
        _followed.TryGetValue(type, out var followed) ? followed.Index.Derive(from) : from([]);

    public IReadOnlyList<JsonObject> Shown(ResourceType type, string ns) => _shown.TryGetValue(type, out var index) ? index.List(ns, null) : [];

    public IReadOnlyList<JsonObject> ShownFor(ResourceType type, Func<JsonObject, string?> target, string ns) =>
        _shown.TryGetValue(type, out var index) ? [.. index.Derive(all => new Targets(all.ToLookup(o => target(o) ?? ""))).Of[ns]] : [];

    public IReadOnlyList<PodHolding> Holdings() =>
        _followed.TryGetValue(Kinds.Pod, out var followed) ? followed.Index.Holdings() : [];

    public TimeSpan? Age(ResourceType type) => _followed.TryGetValue(type, out var followed) ? followed.Informer.Age : null;

    public (ResourceType Kind, TimeSpan Age)? Oldest
    {
        get
        {
            (ResourceType Kind, TimeSpan Age)? oldest = null;
            foreach (var (kind, followed) in _followed)
            {
                if (!followed.Informer.IsOptional && followed.Informer.Age is { } age && !(age <= oldest?.Age))
                    oldest = (kind, age);
            }
            return oldest;
        }
    }

    public void Follow(ResourceType type, ObjectIndex index, Informer informer) => _followed[type] = (index, informer);

    /// <summary>Shows a kind that is followed for pages alone.</summary>
    public void Show(ResourceType type, ObjectIndex index) => _shown[type] = index;

    /// <summary>Takes in what the cluster has answered a write with: who has made something need not wait for the watch to see it.</summary>
    public void Take(JsonObject made)
    {
        var (version, kind) = (made.Text("apiVersion"), made.Text("kind"));
        var (type, followed) = _followed.FirstOrDefault(f => f.Key.Kind == kind && f.Key.ApiVersion == version);
        if (type is null || followed.Informer.Age is null)
            return;
        using var packer = new ObjectPacker(type);
        followed.Index.SetAnswer(packer.Pack(JsonSerializer.SerializeToElement(made)));
    }

    private sealed record Targets(ILookup<string, JsonObject> Of);

    /// <summary>The kind is no longer served.</summary>
    public void Forget(ResourceType type)
    {
        _followed.TryRemove(type, out _);
        _shown.TryRemove(type, out _);
    }
}

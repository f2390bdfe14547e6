using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Tests.Cluster;

/// <summary>A cluster in memory in which others hold fields, keep objects and change what is applied, as a test says.</summary>
internal sealed class StagedCluster(params ResourceType[] followed) : IClusterClient, IClusterCache
{
    private static readonly ResourceType[] Served = [Kinds.ResourceQuota, Kinds.NetworkPolicy, Kinds.Secret, Kinds.Service];
    private readonly Dictionary<ObjectKey, JsonObject> _objects = [];
    private int _version;

    /// <summary>Fields that others hold; an apply that is not forced is refused by them.</summary>
    public IReadOnlyList<FieldConflict> Conflicts { get; set; } = [];

    /// <summary>False to refuse every read.</summary>
    public bool MayRead { get; set; } = true;

    public int RefusedReads { get; private set; }

    /// <summary>What a webhook makes of every write.</summary>
    public Action<JsonObject>? Webhook { get; set; }

    /// <summary>Writes that arrived, as <c>apply Secret x</c>.</summary>
    public List<string> Calls { get; } = [];

    public ClusterCapabilities? Capabilities { get; } = new("v1", Served, IsEmbedded: false);

    /// <summary>The object as it is stored, to be changed by somebody else.</summary>
    public JsonObject this[ObjectKey key]
    {
        get => _objects[key];
        set => _objects[key] = value;
    }

    /// <summary>What the watches still show of objects, where that is not how they are stored.</summary>
    public Dictionary<ObjectKey, JsonObject> Behind { get; } = [];

    public bool Has(ObjectKey key) => _objects.ContainsKey(key);

    public void Remove(ObjectKey key) => _objects.Remove(key);

    public JsonObject? Find(ObjectKey key) => !followed.Contains(key.Type) ? null : Behind.GetValueOrDefault(key) ?? Copy(key);

    public IReadOnlyList<JsonObject> List(ResourceType type, string? ns = null, (string Key, string Value)? label = null) =>
    [
        .. _objects.Where(o => o.Key.Type == type && (ns is null || o.Key.Namespace == ns))
            .Where(o => label is not var (key, value) || o.Value.Text("metadata", "labels", key) == value).Select(o => Behind.GetValueOrDefault(o.Key) ?? o.Value),
    ];

    public IReadOnlyList<PodHolding> Holdings() => [];

    public TimeSpan? Age(ResourceType type) => followed.Contains(type) ? TimeSpan.Zero : null;

    public Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken ct)
    {
        if (MayRead)
            return Task.FromResult(Copy(key));
        RefusedReads++;
        throw new ClusterException(ClusterFailure.Forbidden, "may not be read");
    }

    public async IAsyncEnumerable<JsonObject> ListAsync(ResourceType type, string? ns, string? labelSelector, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var item in List(type, ns))
            yield return item;
        await Task.CompletedTask;
    }

    public Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken ct, bool dryRun = false, bool force = false)
    {
        var type = Served.Single(t => t.Kind == manifest.Text("kind"));
        var key = new ObjectKey(type, manifest.Text("metadata", "namespace"), manifest.Name());
        Calls.Add($"{(force ? "force" : "apply")} {type.Kind} {key.Name}");
        if (Conflicts.Count > 0 && !force)
            throw new ClusterException(ClusterFailure.Owned, "held by others") { Conflicts = Conflicts };
        var made = (JsonObject)Merged(Copy(key), manifest)!;
        Webhook?.Invoke(made);
        made["metadata"]!["resourceVersion"] = $"{++_version}";
        if (!dryRun)
            _objects[key] = made;
        return Task.FromResult((JsonObject)made.DeepClone());
    }

    public Task<JsonObject> PatchAsync(ObjectKey key, JsonObject mergePatch, CancellationToken ct, bool dryRun = false)
    {
        Calls.Add($"patch {key.Type.Kind} {key.Name}");
        if (!Has(key))
            throw new ClusterException(ClusterFailure.NotFound, "absent");
        _objects[key] = (JsonObject)Merged(Copy(key), mergePatch)!;
        return Task.FromResult(Copy(key)!);
    }

    public Task<bool> DeleteAsync(ObjectKey key, CancellationToken ct)
    {
        Calls.Add($"delete {key.Type.Kind} {key.Name}");
        return Task.FromResult(_objects.Remove(key));
    }

    public Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct) =>
        throw new NotSupportedException();

    public Task<ClusterCapabilities> CapabilitiesAsync(CancellationToken ct) => Task.FromResult(Capabilities!);

    private JsonObject? Copy(ObjectKey key) => (JsonObject?)_objects.GetValueOrDefault(key)?.DeepClone();

    private static JsonNode? Merged(JsonNode? under, JsonNode? over)
    {
        if (over is not JsonObject fields)
            return over?.DeepClone();
        var result = under as JsonObject is { } there ? (JsonObject)there.DeepClone() : [];
        foreach (var (name, value) in fields)
        {
            if (value is null)
                result.Remove(name);
            else
                result[name] = Merged(result[name], value);
        }
        return result;
    }
}

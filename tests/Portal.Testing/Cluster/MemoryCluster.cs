using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Testing.Cluster;

/// <summary>
/// A cluster of nothing but objects, for passes that a test makes itself: what was applied is seen at once and is as its
/// controllers would make it, and the test says what is refused.
/// </summary>
public sealed class MemoryCluster : IClusterClient, IClusterCache, IClusters
{
    private static readonly ResourceType[] Always =
    [
        Kinds.Namespace, Kinds.Secret, Kinds.Service, Kinds.StatefulSet, Kinds.Job, Kinds.ConfigMap, Kinds.ResourceQuota, Kinds.LimitRange,
        Kinds.ServiceAccount, Kinds.RoleBinding, Kinds.NetworkPolicy, Kinds.PersistentVolumeClaim,
    ];

    private readonly ConcurrentDictionary<(string Kind, string? Namespace, string Name), (ResourceType Type, JsonObject Object)> _objects = [];
    private readonly ConnectedCluster _connected;

    /// <summary>Serves what every cluster does, and these.</summary>
    public MemoryCluster(params ResourceType[] served)
    {
        Serve(served);
        _connected = new ConnectedCluster(Id, "memory", this, this);
    }

    /// <summary>Id of its registration.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>Every change that was asked for, refused or not, as <c>apply Namespace ml-a</c>.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    /// <summary>The answer to a change other than the usual one; null for that.</summary>
    public Func<string, Exception?> Fails { get; set; } = _ => null;

    /// <summary>True for a change that is carried out and whose answer is lost.</summary>
    public Func<string, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>What every container prints; null where no log can be read.</summary>
    public string? Log { get; set; }

    /// <summary>Kinds that no watch has listed: they are there, and only who asks for them learns it.</summary>
    public HashSet<ResourceType> Unlisted { get; } = [];

    /// <summary>Kinds whose controllers are not there: their objects get no status.</summary>
    public HashSet<ResourceType> Unattended { get; } = [];

    /// <inheritdoc/>
    public ClusterCapabilities? Capabilities { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<ConnectedCluster> All => [_connected];

    /// <inheritdoc/>
    public ConnectedCluster Get(Guid? id) => id == Id ? _connected : ConnectedCluster.Absent(id);

    /// <summary>From now on it serves these beside what every cluster does.</summary>
    public void Serve(params ResourceType[] served) => Capabilities = new ClusterCapabilities("v1.36.2", [.. Always, .. served], IsEmbedded: false);

    /// <summary>Puts an object there as somebody else would.</summary>
    public void Put(ResourceType type, JsonObject item) => _objects[KeyOf(type, item.Text("metadata", "namespace"), item.Name())] = (type, item);

    /// <summary>The object that is there.</summary>
    public JsonObject? Find(ObjectKey key) => _objects.TryGetValue(KeyOf(key.Type, key.Namespace, key.Name), out var found) ? found.Object : null;

    // As the watches do, it makes each reader an object of its own.
    JsonObject? IClusterCache.Find(ObjectKey key) => Unlisted.Contains(key.Type) ? null : Find(key)?.DeepClone().AsObject();

    /// <summary>The objects that are there.</summary>
    public IReadOnlyList<JsonObject> List(ResourceType type, string? ns = null, (string Key, string Value)? label = null) =>
    [
        .. _objects.Values.Where(o => (o.Type.Group, o.Type.Plural) == (type.Group, type.Plural)).Select(o => o.Object)
            .Where(o => ns is null || o.Text("metadata", "namespace") == ns)
            .Where(o => label is not var (key, value) || o.Text("metadata", "labels", key) == value),
    ];

    IReadOnlyList<JsonObject> IClusterCache.List(ResourceType type, string? ns, (string Key, string Value)? label) =>
        Unlisted.Contains(type) ? [] : [.. List(type, ns, label).Select(o => o.DeepClone().AsObject())];

    IReadOnlyList<JsonObject> IClusterCache.Shown(ResourceType type, string ns) =>
        [.. _objects.Values.Where(o => o.Type == type).Select(o => o.Object).Where(o => o.Text("metadata", "namespace") == ns).Select(o => o.DeepClone().AsObject())];

    /// <inheritdoc/>
    public IReadOnlyList<PodHolding> Holdings() => [.. List(Kinds.Pod).Select(PodHolding.Of).OfType<PodHolding>()];

    /// <inheritdoc/>
    public TimeSpan? Age(ResourceType type) => Unlisted.Contains(type) ? null : TimeSpan.Zero;

    /// <inheritdoc/>
    public Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken ct) => Task.FromResult(Find(key)?.DeepClone().AsObject());

    /// <inheritdoc/>
    public async IAsyncEnumerable<JsonObject> ListAsync(ResourceType type, string? ns, string? labelSelector, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        if (Fails($"list {type.Kind}") is { } failure)
            throw failure;
        var label = labelSelector?.Split('=');
        foreach (var found in List(type, ns, label is [var key, var value] ? (key, value) : null))
            yield return found;
    }

    /// <inheritdoc/>
    public Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken ct, bool dryRun = false, bool force = false)
    {
        var type = Capabilities!.Served.First(t => t.Kind == manifest.Text("kind") && t.ApiVersion == manifest.Text("apiVersion"));
        var call = $"apply {type.Kind} {manifest.Name()}";
        Call(call);
        var made = manifest.DeepClone().AsObject();
        if (StatusOf(type, made) is { } status)
            made["status"] = status;
        Put(type, made);
        if (LosesAnswer(call))
            throw new ClusterException(ClusterFailure.Unavailable, "The answer is lost.");
        return Task.FromResult(made.DeepClone().AsObject());
    }

    /// <inheritdoc/>
    public Task<JsonObject> PatchAsync(ObjectKey key, JsonObject mergePatch, CancellationToken ct, bool dryRun = false)
    {
        Call($"patch {key.Type.Kind} {key.Name}");
        var found = Find(key) ?? throw new ClusterException(ClusterFailure.NotFound, $"{key.Name} not found");
        var merged = Merge(found.DeepClone().AsObject(), mergePatch);
        if (!dryRun)
            Put(key.Type, merged);
        return Task.FromResult(merged.DeepClone().AsObject());
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(ObjectKey key, CancellationToken ct)
    {
        Call($"delete {key.Type.Kind} {key.Name}");
        return Task.FromResult(_objects.TryRemove(KeyOf(key.Type, key.Namespace, key.Name), out _));
    }

    /// <inheritdoc/>
    public Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct) =>
        Log is { } log ? Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(log.Split('\n').TakeLast(tailLines ?? int.MaxValue).Select(l => l + '\n')))))
            : throw new ClusterException(ClusterFailure.NotFound, "no log");

    /// <inheritdoc/>
    public Task<ClusterCapabilities> CapabilitiesAsync(CancellationToken ct) => Task.FromResult(Capabilities!);

    private void Call(string call)
    {
        Calls.Enqueue(call);
        if (Fails(call) is { } failure)
            throw failure;
    }

    private JsonObject? StatusOf(ResourceType type, JsonObject made) => Unattended.Contains(type) ? null : type.Kind switch
    {
        "Namespace" => new() { ["phase"] = "Active" },
        "ResourceQuota" => new() { ["hard"] = made.At("spec", "hard")?.DeepClone() },
        "ClusterQueue" or "LocalQueue" => Active(made.Items("spec", "resourceGroups").SelectMany(g => g.Items("flavors"))
            .All(f => Find(new ObjectKey(Kinds.ResourceFlavor, null, f.Text("name") ?? "")) is not null)),
        _ => null,
    };

    private static JsonObject Active(bool active) => new()
    {
        ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Active", ["status"] = active ? "True" : "False", ["message"] = active ? "" : "FlavorNotFound" }),
    };

    private static JsonObject Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (field, value) in patch)
        {
            if (value is null)
                into.Remove(field);
            else
                into[field] = value is JsonObject fields ? Merge(into[field]?.DeepClone() as JsonObject ?? [], fields) : value.DeepClone();
        }
        return into;
    }

    private static (string, string?, string) KeyOf(ResourceType type, string? ns, string name) => ($"{type.Plural}.{type.Group}", ns, name);
}

using System.Text.Json.Nodes;

namespace Portal.Core.Cluster;

/// <summary>Stands where no cluster is connected: nothing was seen of it, and it does not answer.</summary>
internal sealed class AbsentCluster : IClusterClient, IClusterCache
{
    public ClusterCapabilities? Capabilities => null;

    public Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken ct) => throw Silent();

    public IAsyncEnumerable<JsonObject> ListAsync(ResourceType type, string? ns, string? labelSelector, CancellationToken ct) => throw Silent();

    public Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken ct, bool dryRun = false, bool force = false) => throw Silent();

    public Task<JsonObject> PatchAsync(ObjectKey key, JsonObject mergePatch, CancellationToken ct, bool dryRun = false) => throw Silent();

    public Task<bool> DeleteAsync(ObjectKey key, CancellationToken ct) => throw Silent();

    public Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct) => throw Silent();

    public Task<ClusterCapabilities> CapabilitiesAsync(CancellationToken ct) => throw Silent();

    public JsonObject? Find(ObjectKey key) => null;

    public IReadOnlyList<JsonObject> List(ResourceType type, string? ns = null, (string Key, string Value)? label = null) => [];

    public IReadOnlyList<PodHolding> Holdings() => [];

    public TimeSpan? Age(ResourceType type) => null;

    private static ClusterException Silent() => new(ClusterFailure.Unavailable, "The cluster is not connected.");
}

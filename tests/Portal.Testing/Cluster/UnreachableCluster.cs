using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Testing.Cluster;

/// <summary>A cluster that does not answer, unless a test says otherwise.</summary>
public class UnreachableCluster : IClusterClient
{
    /// <inheritdoc/>
    public Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken ct) => throw Silent();

    /// <inheritdoc/>
    public IAsyncEnumerable<JsonObject> ListAsync(ResourceType type, string? ns, string? labelSelector, CancellationToken ct) => throw Silent();

    /// <inheritdoc/>
    public Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken ct, bool dryRun = false, bool force = false) => throw Silent();

    /// <inheritdoc/>
    public Task<JsonObject> PatchAsync(ObjectKey key, JsonObject mergePatch, CancellationToken ct, bool dryRun = false) => throw Silent();

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(ObjectKey key, CancellationToken ct) => throw Silent();

    /// <inheritdoc/>
    public virtual Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct) => throw Silent();

    /// <inheritdoc/>
    public virtual Task<ClusterCapabilities> CapabilitiesAsync(CancellationToken ct) => throw Silent();

    private static ClusterException Silent() => new(ClusterFailure.Unavailable, "The cluster does not answer.");
}

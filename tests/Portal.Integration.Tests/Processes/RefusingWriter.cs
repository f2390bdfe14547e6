using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Integration.Tests.Processes;

/// <summary>Reads from the cluster, and notes every write that it was asked for instead of carrying it out.</summary>
internal sealed class RefusingWriter(IClusterClient inner) : IClusterClient
{
    /// <summary>What was to be changed.</summary>
    public List<string> Writes { get; } = [];

    public Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken ct) => inner.FindAsync(key, ct);

    public IAsyncEnumerable<JsonObject> ListAsync(ResourceType type, string? ns, string? labelSelector, CancellationToken ct) =>
        inner.ListAsync(type, ns, labelSelector, ct);

    public Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken ct, bool dryRun = false, bool force = false)
    {
        Writes.Add($"apply {manifest.Text("kind")} {manifest.Name()}");
        return Task.FromResult(manifest);
    }

    public Task<JsonObject> PatchAsync(ObjectKey key, JsonObject mergePatch, CancellationToken ct, bool dryRun = false) => throw new NotSupportedException();

    public Task<bool> DeleteAsync(ObjectKey key, CancellationToken ct)
    {
        Writes.Add($"delete {key}");
        return Task.FromResult(true);
    }

    public Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct) =>
        inner.LogsAsync(ns, pod, container, follow, tailLines, ct);

    public Task<ClusterCapabilities> CapabilitiesAsync(CancellationToken ct) => inner.CapabilitiesAsync(ct);
}

/// <summary>One cluster, seen through such a client.</summary>
internal sealed class RefusingClusters(ConnectedCluster cluster, IClusterClient client, IClusterCache cache) : IClusters
{
    public IReadOnlyList<ConnectedCluster> All => [Get(cluster.Id)];

    public ConnectedCluster Get(Guid? id) => new(cluster.Id, cluster.Name, client, cache);
}

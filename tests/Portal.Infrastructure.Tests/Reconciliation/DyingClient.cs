using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Tests.Reconciliation;

/// <summary>
/// Ends the pass at a chosen call, before the cluster hears of it or after it has carried it out, with an exception that no
/// code of the portal expects: what the pass still wanted to write is lost, as with a killed process.
/// </summary>
internal sealed class DyingClient(IClusterClient inner) : IClusterClient
{
    private int _calls;

    /// <summary>The call to die at, from 1; 0 for none.</summary>
    public int DieAt { get; set; }

    public bool AfterTheCall { get; set; }

    /// <summary>Calls so far.</summary>
    public int Calls => _calls;

    public void Reset() => _calls = 0;

    public Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken ct) => CallAsync(() => inner.FindAsync(key, ct));

    public IAsyncEnumerable<JsonObject> ListAsync(ResourceType type, string? ns, string? labelSelector, CancellationToken ct) =>
        inner.ListAsync(type, ns, labelSelector, ct);

    public Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken ct, bool dryRun = false, bool force = false) =>
        CallAsync(() => inner.ApplyAsync(manifest, ct, dryRun, force));

    public Task<JsonObject> PatchAsync(ObjectKey key, JsonObject mergePatch, CancellationToken ct, bool dryRun = false) =>
        CallAsync(() => inner.PatchAsync(key, mergePatch, ct, dryRun));

    public Task<bool> DeleteAsync(ObjectKey key, CancellationToken ct) => CallAsync(() => inner.DeleteAsync(key, ct));

    public Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct) =>
        inner.LogsAsync(ns, pod, container, follow, tailLines, ct);

    public Task<ClusterCapabilities> CapabilitiesAsync(CancellationToken ct) => inner.CapabilitiesAsync(ct);

    private async Task<T> CallAsync<T>(Func<Task<T>> call)
    {
        var dies = Interlocked.Increment(ref _calls) == DieAt;
        if (dies && !AfterTheCall)
            throw new DiedException();
        try
        {
            var result = await call();
            return dies ? throw new DiedException() : result;
        }
        catch (ClusterException) when (dies)
        {
            // A refusal is an answer too, and as lost.
            throw new DiedException();
        }
    }
}

/// <summary>Clusters whose clients are <see cref="DyingClient"/>s.</summary>
internal sealed class DyingClusters(IClusters inner) : IClusters
{
    private readonly Dictionary<Guid, ConnectedCluster> _known = [];

    public IReadOnlyList<ConnectedCluster> All => [.. inner.All.Select(c => Get(c.Id))];

    public ConnectedCluster Get(Guid? id)
    {
        lock (_known)
        {
            if (_known.TryGetValue(id ?? Guid.Empty, out var known))
                return known;
            var found = inner.Get(id);
            return _known[id ?? Guid.Empty] = new ConnectedCluster(found.Id, found.Name, new DyingClient(found.Client), found.Cache, found.Disputes);
        }
    }
}

/// <summary>The process is gone.</summary>
internal sealed class DiedException() : Exception("died here");

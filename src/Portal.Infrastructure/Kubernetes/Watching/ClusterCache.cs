using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Cluster;
using Portal.Core.Reconciliation;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>
/// Runs one informer for each kind that some reconciler watches and that the cluster serves; a kind that is installed later
/// is followed from then on.
/// </summary>
internal sealed partial class ClusterCache(
    Lazy<IEnumerable<IReconciler>> reconcilers, ClusterConnection connection, ClusterDiscovery discovery, TimeProvider clock,
    ILogger<ClusterCache> log) : BackgroundService, IClusterCache
{
    private static readonly TimeSpan LookForKinds = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ResourceType, Followed> _followed = new();
    private volatile bool _knowsKinds;

    /// <summary>Called for the row of each object that was added, changed or deleted.</summary>
    public Action<ReconcileOwner>? Touched { get; set; }

    /// <summary>True once every kind that is served has been listed.</summary>
    public bool IsSynced => _knowsKinds && _followed.Values.All(f => f.Informer.Age is not null);

    public JsonObject? Find(ObjectKey key) =>
        _followed.TryGetValue(key.Type, out var followed) ? followed.Index.Find(key.Namespace, key.Name) : null;

    public IReadOnlyList<JsonObject> List(ResourceType type, string? ns = null, (string Key, string Value)? label = null) =>
        _followed.TryGetValue(type, out var followed) ? followed.Index.List(ns, label) : [];

    public TimeSpan? Age(ResourceType type) => _followed.TryGetValue(type, out var followed) ? followed.Informer.Age : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wanted = reconcilers.Value.SelectMany(r => r.Watches).Distinct().ToArray();
        try
        {
            while (true)
            {
                await FollowServedAsync(wanted, stoppingToken);
                await Task.Delay(LookForKinds, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The portal stops.
        }
        await Task.WhenAll(_followed.Values.Select(f => f.Run));
    }

    private async Task FollowServedAsync(IReadOnlyList<ResourceType> wanted, CancellationToken ct)
    {
        try
        {
            var capabilities = await discovery.GetAsync(fresh: false, ct);
            foreach (var type in wanted.Where(t => capabilities.Serves(t) && !_followed.ContainsKey(t)))
                _followed[type] = Follow(type, ct);
            _knowsKinds = true;
        }
        catch (ClusterException e)
        {
            LogNoDiscovery(log, e.Message);
        }
    }

    private Followed Follow(ResourceType type, CancellationToken ct)
    {
        var index = new ObjectIndex();
        var informer = new Informer(type, connection, index, owner => Touched?.Invoke(owner), clock, log);
        return new Followed(index, informer, Task.Run(() => RunAsync(type, informer, ct), CancellationToken.None));
    }

    private async Task RunAsync(ResourceType type, Informer informer, CancellationToken ct)
    {
        try
        {
            await informer.RunAsync(ct);
            LogNotServed(log, type.Plural);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The portal stops.
        }
        finally
        {
            // Forgotten, so that it is followed again when it is served again.
            if (!ct.IsCancellationRequested)
                _followed.TryRemove(type, out _);
        }
    }

    private sealed record Followed(ObjectIndex Index, Informer Informer, Task Run);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the cluster serves is not known: {Reason}")]
    private static partial void LogNoDiscovery(ILogger log, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The cluster no longer serves {Kind}")]
    private static partial void LogNotServed(ILogger log, string kind);
}

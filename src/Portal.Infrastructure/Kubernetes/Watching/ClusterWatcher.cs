using Microsoft.Extensions.Logging;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>
/// Runs one informer for each kind that somebody wants to follow and that the cluster serves; a kind that is installed later
/// is followed from then on.
/// </summary>
internal sealed partial class ClusterWatcher(
    string cluster, ClusterCache cache, ClusterConnection connection, ClusterDiscovery discovery, Action<ReconcileOwner> touched, TimeProvider clock,
    ILogger<ClusterWatcher> log)
{
    private static readonly TimeSpan LookForKinds = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookForCluster = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<ResourceType, (CancellationTokenSource Stop, Task Run)> _runs = [];
    private string? _unknownBecause;

    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="optional">Kinds that the account need not be allowed to read; of one in several versions the first that is served is followed.</param>
    /// <param name="shown">As those, and nothing but pages asks for them.</param>
    public async Task RunAsync(
        IReadOnlyList<ResourceType> wanted, IReadOnlyList<ResourceType> optional, IReadOnlyList<ResourceType> shown, CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var known = await FollowServedAsync(wanted, optional, shown, stoppingToken);
                await Task.Delay(known ? LookForKinds : LookForCluster, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The portal stops, or the cluster is taken out.
        }
        await Task.WhenAll(_runs.Values.Select(r => r.Run));
    }

    private async Task<bool> FollowServedAsync(
        IReadOnlyList<ResourceType> wanted, IReadOnlyList<ResourceType> optional, IReadOnlyList<ResourceType> shown, CancellationToken ct)
    {
        try
        {
            var capabilities = await discovery.RefreshAsync(ct);
            foreach (var (type, (stop, run)) in _runs.ToArray())
            {
                if (!capabilities.Serves(type) || IsOvertaken(type, optional, capabilities))
                    await stop.CancelAsync();
                if (!run.IsCompleted)
                    continue;
                _runs.Remove(type);
                stop.Dispose();
            }
            foreach (var type in wanted.Where(t => capabilities.Serves(t) && !_runs.ContainsKey(t)))
                Follow(type, KueueVersion.Spoken(capabilities, type), isOptional: false, ct);
            // Each that is followed leaves out what comes after it in another version.
            foreach (var type in optional.Where(t => capabilities.ServesExactly(t) && !IsFollowed(t)))
                Follow(type, type, isOptional: true, ct);
            foreach (var type in shown.Where(t => capabilities.ServesExactly(t) && !IsFollowed(t)))
                Show(type, ct);
            cache.KnowsKinds = true;
            _unknownBecause = null;
            return true;
        }
        catch (ClusterException e)
        {
            // It is asked again every moment; that is said once.
            if (_unknownBecause != e.Message)
                LogNoDiscovery(log, cluster, e.Message);
            _unknownBecause = e.Message;
            return false;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // Whatever it is, a cluster is looked at again: nobody else would begin anew.
            LogDisturbed(log, e, cluster);
            return false;
        }
    }

    // A version that comes before it is served by now.
    private static bool IsOvertaken(ResourceType type, IReadOnlyList<ResourceType> optional, ClusterCapabilities capabilities) =>
        optional.TakeWhile(o => o != type).Any(o => o.Group == type.Group && o.Plural == type.Plural && capabilities.ServesExactly(o)) && optional.Contains(type);

    // In whichever version.
    private bool IsFollowed(ResourceType type) => _runs.Keys.Any(r => r.Group == type.Group && r.Plural == type.Plural);

    /// <param name="spoken">The version in which the cluster is asked for it; what it says is read as <paramref name="type"/>.</param>
    private void Follow(ResourceType type, ResourceType spoken, bool isOptional, CancellationToken ct)
    {
        var index = new ObjectIndex();
        var informer = new Informer(spoken, connection, index, touched, clock, log, isOptional);
        cache.Follow(type, index, informer);
        Run(type, informer, ct);
    }

    private void Show(ResourceType type, CancellationToken ct)
    {
        var index = new ObjectIndex();
        cache.Show(type, index);
        Run(type, new Informer(type, connection, index, _ => { }, clock, log, isOptional: true), ct);
    }

    private void Run(ResourceType type, Informer informer, CancellationToken ct)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _runs[type] = (stop, Task.Run(() => RunAsync(type, informer, stop), CancellationToken.None));
    }

    private async Task RunAsync(ResourceType type, Informer informer, CancellationTokenSource stop)
    {
        try
        {
            await informer.RunAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The portal stops, or the kind was removed.
        }
        catch (Exception e)
        {
            LogInformerFailed(log, e, type.Plural);
        }
        // Forgotten, so that it is followed anew while, or once, it is served.
        cache.Forget(type);
        LogEnded(log, type.Plural);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Cluster}: what it serves is not known: {Reason}")]
    private static partial void LogNoDiscovery(ILogger log, string cluster, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Cluster}: finding out what it serves failed")]
    private static partial void LogDisturbed(ILogger log, Exception e, string cluster);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Kind} are no longer followed")]
    private static partial void LogEnded(ILogger log, string kind);

    [LoggerMessage(Level = LogLevel.Error, Message = "Following {Kind} failed")]
    private static partial void LogInformerFailed(ILogger log, Exception e, string kind);
}

using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Portal.Core.Cluster;
using Portal.Core.Reconciliation;
using Portal.Infrastructure.Kubernetes.Sessions;

namespace Portal.Infrastructure.Reconciliation;

/// <summary>
/// Takes keys to the queue of the cluster that their row lives on. Each cluster has a queue and workers of its own, so that
/// one that hangs holds up its own rows and nobody else's.
/// </summary>
internal sealed partial class ReconcileLanes : IDisposable
{
    // Where rows wait that live on no cluster, or not yet.
    private static readonly Guid NoCluster = Guid.Empty;
    private static readonly TimeSpan DatabaseAway = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, IReconciler> _byKind;
    // A row never moves to another cluster, so that what was found once stays true.
    private readonly ConcurrentDictionary<ReconcileOwner, Guid> _homes = new();
    private readonly ConcurrentDictionary<Guid, WorkQueue> _queues = new();
    // Rows that came without one have their cluster looked up.
    private readonly Channel<(ReconcileOwner Key, Guid? Home)> _unknown = Channel.CreateUnbounded<(ReconcileOwner, Guid?)>();
    private readonly ClusterSet _clusters;
    private readonly ReconciliationOptions _options;
    private readonly ReconcileMeter _meter;
    private readonly TimeProvider _clock;
    private readonly ILogger<ReconcileLanes> _log;

    public ReconcileLanes(
        IEnumerable<IReconciler> reconcilers, ClusterSet clusters, ReconciliationOptions options, ReconcileMeter meter, TimeProvider clock,
        ILogger<ReconcileLanes> log)
    {
        _byKind = reconcilers.ToDictionary(r => r.Kind);
        (_clusters, _options, _meter, _clock, _log) = (clusters, options, meter, clock, log);
        meter.ObserveWaiting(() => _queues.Values.Sum(q => q.Depth));
    }

    /// <summary>All reconcilers.</summary>
    public IReadOnlyCollection<IReconciler> Reconcilers => _byKind.Values;

    /// <summary>Queues a row of a kind that somebody here carries out.</summary>
    /// <param name="cluster">The cluster that it lives on, where that is known.</param>
    public void Wake(ReconcileOwner owner, Guid? cluster = null)
    {
        if (!_byKind.ContainsKey(owner.Kind))
            return;
        if (_homes.TryGetValue(owner, out var home))
            _queues[home].Add(owner);
        else
            _unknown.Writer.TryWrite((owner, cluster));
    }

    /// <summary>Queues a row of which the cluster has shown something.</summary>
    public void Touch(ReconcileOwner owner)
    {
        if (_homes.TryGetValue(owner, out var home))
            _queues[home].Touch(owner);
        else
            Wake(owner);
    }

    /// <summary>Queues every row there is.</summary>
    public async Task WakeAllAsync(CancellationToken ct)
    {
        foreach (var reconciler in Reconcilers)
        {
            var clusters = (await reconciler.AllAsync(ct)).ToDictionary(r => r.Id, r => r.ClusterId);
            foreach (var gone in _homes.Keys.Where(k => k.Kind == reconciler.Kind && !clusters.ContainsKey(k.Id)))
                _homes.TryRemove(gone, out _);
            foreach (var (id, cluster) in clusters)
                Wake(new ReconcileOwner(reconciler.Kind, id), cluster);
        }
    }

    /// <summary>Works until it is cancelled or the lease is lost.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var lost = new TaskCompletionSource();
        var workers = new Dictionary<Guid, Task>();
        void Staff(Guid cluster)
        {
            if (!workers.ContainsKey(cluster))
                workers[cluster] = Task.Run(() => LaneAsync(cluster, lost, stop.Token), CancellationToken.None);
        }
        foreach (var cluster in _queues.Keys)
            Staff(cluster);
        var routing = RouteAsync(Staff, stop.Token);
        await Task.WhenAny(routing, lost.Task);
        await stop.CancelAsync();
        await Task.WhenAll([routing.ContinueWith(_ => { }, TaskScheduler.Default), .. workers.Values]);
        if (!lost.Task.IsCompleted)
            await routing;
    }

    public void Dispose()
    {
        foreach (var queue in _queues.Values)
            queue.Dispose();
    }

    private async Task RouteAsync(Action<Guid> staff, CancellationToken ct)
    {
        while (true)
        {
            var (key, known) = await _unknown.Reader.ReadAsync(ct);
            try
            {
                var home = known ?? await _byKind[key.Kind].ClusterOfAsync(key.Id, ct) ?? NoCluster;
                var queue = _queues.GetOrAdd(home, _ => new WorkQueue(_clock, _options.Backoff));
                if (home != NoCluster)
                    _homes[key] = home;
                staff(home);
                queue.Add(key);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogNoHome(_log, key.Kind, key.Id, e.Message);
                _unknown.Writer.TryWrite((key, known));
                await Task.Delay(DatabaseAway, _clock, ct);
            }
        }
    }

    private async Task LaneAsync(Guid cluster, TaskCompletionSource lost, CancellationToken ct)
    {
        try
        {
            var since = _clock.GetTimestamp();
            while (_clusters.Find(cluster) is { Cache.IsSynced: false } && _clock.GetElapsedTime(since) < _options.SyncPatience)
                await Task.Delay(TimeSpan.FromMilliseconds(20), _clock, ct);
            await Task.WhenAll(Enumerable.Range(0, _options.Workers).Select(_ => WorkAsync(_queues[cluster], lost, ct)));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The term ends.
        }
    }

    private async Task WorkAsync(WorkQueue queue, TaskCompletionSource lost, CancellationToken ct)
    {
        while (true)
        {
            var key = await queue.TakeAsync(ct);
            var result = ReconcileResult.Retry();
            var started = _clock.GetTimestamp();
            try
            {
                result = await _byKind[key.Kind].ReconcileAsync(key.Id, ct);
            }
            catch (LeaseLostException)
            {
                // The next holder goes on.
                lost.TrySetResult();
            }
            catch (ClusterException e)
            {
                LogClusterFailed(_log, key.Kind, key.Id, e.Message);
                result = ReconcileResult.Retry(e.RetryAfter);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogFailed(_log, e, key.Kind, key.Id);
            }
            finally
            {
                queue.Finish(key, result);
                _meter.Passed(key.Kind, _clock.GetElapsedTime(started), result.Failed);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} {Id}: the cluster refused or did not answer: {Reason}")]
    private static partial void LogClusterFailed(ILogger log, string kind, Guid id, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Kind} {Id}: the pass failed")]
    private static partial void LogFailed(ILogger log, Exception e, string kind, Guid id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Id}: its cluster could not be looked up: {Reason}")]
    private static partial void LogNoHome(ILogger log, string kind, Guid id, string reason);
}

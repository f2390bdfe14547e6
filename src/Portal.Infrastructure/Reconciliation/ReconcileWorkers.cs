using Microsoft.Extensions.Logging;
using Portal.Core.Cluster;
using Portal.Core.Reconciliation;

namespace Portal.Infrastructure.Reconciliation;

/// <summary>Takes keys from the queue and passes them to their reconcilers, as long as the lease is held.</summary>
internal sealed partial class ReconcileWorkers(
    IEnumerable<IReconciler> reconcilers, WorkQueue queue, ReconcileMeter meter, TimeProvider clock, ILogger<ReconcileWorkers> log)
{
    private readonly Dictionary<string, IReconciler> _byKind = reconcilers.ToDictionary(r => r.Kind);

    /// <summary>All reconcilers.</summary>
    public IReadOnlyCollection<IReconciler> Reconcilers => _byKind.Values;

    /// <summary>Queues a row of a kind that somebody here carries out.</summary>
    public void Wake(ReconcileOwner owner)
    {
        if (_byKind.ContainsKey(owner.Kind))
            queue.Add(owner);
    }

    /// <summary>Queues every row there is.</summary>
    public async Task WakeAllAsync(CancellationToken ct)
    {
        foreach (var reconciler in Reconcilers)
        {
            foreach (var id in await reconciler.AllAsync(ct))
                queue.Add(new ReconcileOwner(reconciler.Kind, id));
        }
    }

    /// <summary>One worker; ends by cancellation, or by <see cref="LeaseLostException"/>.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            var key = await queue.TakeAsync(ct);
            var result = ReconcileResult.Retry();
            var started = clock.GetTimestamp();
            try
            {
                result = await _byKind[key.Kind].ReconcileAsync(key.Id, ct);
            }
            catch (ClusterException e)
            {
                LogClusterFailed(log, key.Kind, key.Id, e.Message);
                result = ReconcileResult.Retry(e.RetryAfter);
            }
            catch (Exception e) when (e is not LeaseLostException && !ct.IsCancellationRequested)
            {
                LogFailed(log, e, key.Kind, key.Id);
            }
            finally
            {
                queue.Finish(key, result);
                meter.Passed(key.Kind, clock.GetElapsedTime(started), result.Failed);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} {Id}: the cluster refused or did not answer: {Reason}")]
    private static partial void LogClusterFailed(ILogger log, string kind, Guid id, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Kind} {Id}: the pass failed")]
    private static partial void LogFailed(ILogger log, Exception e, string kind, Guid id);
}

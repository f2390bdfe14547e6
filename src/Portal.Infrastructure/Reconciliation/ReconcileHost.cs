using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Reconciliation;
using Portal.Infrastructure.Kubernetes.Sessions;

namespace Portal.Infrastructure.Reconciliation;

/// <summary>
/// Runs the reconcilers in whichever replica holds the lease: wakes rows by committed changes and by what the watches see,
/// looks at all of them after a start and every few minutes, and stops at once when the lease is lost.
/// </summary>
internal sealed partial class ReconcileHost(
    ReconcileLanes lanes, LeaderElector lease, LeaseFence fence, ClusterSet clusters, IChangeFeed feed, ReconciliationOptions options,
    TimeProvider clock, ILogger<ReconcileHost> log) : BackgroundService
{
    // Nothing passes the fence between two leases: an epoch that no lease has.
    private const long NoEpoch = -1;

    // Never disposed: a change may be told at the moment of the stop, and without a wait handle it holds nothing.
    private readonly SemaphoreSlim _missed = new(0);
    private volatile bool _leads;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        fence.Epoch = NoEpoch;
        using var changes = feed.Subscribe(OnChange);
        clusters.Touched = OnTouched;
        try
        {
            while (true)
            {
                if (await TryTakeAsync(stoppingToken) is { } epoch)
                    await LeadAsync(epoch, stoppingToken);
                else
                    await Task.Delay(lease.Renewal, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The portal stops.
        }
        finally
        {
            clusters.Touched = null;
        }
    }

    private async Task LeadAsync(long epoch, CancellationToken ct)
    {
        LogLeads(log, epoch);
        using var term = CancellationTokenSource.CreateLinkedTokenSource(ct);
        fence.Epoch = epoch;
        _leads = true;
        try
        {
            var renewing = RenewAsync(epoch, term.Token);
            var working = WorkAsync(term.Token);
            await Task.WhenAny(renewing, working);
            await term.CancelAsync();
            await Task.WhenAll(Quietly(renewing), Quietly(working));
        }
        finally
        {
            _leads = false;
            fence.Epoch = NoEpoch;
            LogEnds(log, epoch);
            if (ct.IsCancellationRequested)
                await GiveBackAsync(epoch);
        }
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task[] tasks = [ResyncAsync(stop.Token), lanes.RunAsync(stop.Token)];
        await Task.WhenAny(tasks);
        await stop.CancelAsync();
        await Task.WhenAll(tasks);
    }

    private async Task ResyncAsync(CancellationToken ct)
    {
        while (true)
        {
            var next = options.Resync;
            try
            {
                await lanes.WakeAllAsync(ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogDatabase(log, e.Message);
                next = lease.Renewal;
            }
            // Whichever comes first: the next look by the clock, or word that changes were missed. The other one is given up.
            using var woken = CancellationTokenSource.CreateLinkedTokenSource(ct);
            await Task.WhenAny(_missed.WaitAsync(woken.Token), Task.Delay(next, clock, woken.Token));
            await woken.CancelAsync();
            ct.ThrowIfCancellationRequested();
            // However often it was missed, one look at everything makes it up.
            while (await _missed.WaitAsync(TimeSpan.Zero, ct))
                continue;
        }
    }

    /// <summary>Ends when the lease is lost, or could not be renewed in time.</summary>
    private async Task RenewAsync(long epoch, CancellationToken ct)
    {
        var renewed = clock.GetTimestamp();
        while (clock.GetElapsedTime(renewed) < lease.Duration - lease.Renewal)
        {
            await Task.Delay(lease.Renewal, clock, ct);
            try
            {
                var at = clock.GetTimestamp();
                if (!await lease.RenewAsync(epoch, ct))
                    return;
                renewed = at;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogDatabase(log, e.Message);
            }
        }
    }

    private async Task<long?> TryTakeAsync(CancellationToken ct)
    {
        try
        {
            return await lease.TryTakeAsync(ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogDatabase(log, e.Message);
            return null;
        }
    }

    private async Task GiveBackAsync(long epoch)
    {
        try
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await lease.GiveBackAsync(epoch, soon.Token);
        }
        catch (Exception e)
        {
            // It expires by itself.
            LogDatabase(log, e.Message);
        }
    }

    private void OnChange(RowChange change)
    {
        if (!_leads)
            return;
        if (change.IsEverything)
            _missed.Release();
        foreach (var reconciler in lanes.Reconcilers)
        {
            if (reconciler.WokenBy(change) is { } id)
                lanes.Wake(new ReconcileOwner(reconciler.Kind, id), change.Kind == reconciler.Kind && change.Id == id ? change.ClusterId : null);
        }
    }

    private void OnTouched(ReconcileOwner owner)
    {
        if (_leads)
            lanes.Touch(owner);
    }

    private async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // Asked to.
        }
        catch (Exception e)
        {
            LogDatabase(log, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "This replica reconciles, epoch {Epoch}")]
    private static partial void LogLeads(ILogger log, long epoch);

    [LoggerMessage(Level = LogLevel.Information, Message = "This replica no longer reconciles, epoch {Epoch}")]
    private static partial void LogEnds(ILogger log, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The loop of the reconcilers was disturbed: {Reason}")]
    private static partial void LogDatabase(ILogger log, string reason);
}

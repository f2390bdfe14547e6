using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;

namespace Portal.Infrastructure.Kubernetes.Sessions;

/// <summary>
/// Connects every registered cluster and follows the registrations as they come, change and go. The cluster of the
/// installation's own settings is registered here at the first start.
/// </summary>
internal sealed partial class ClusterSetHost(
    IDbContextFactory<PortalDb> databases, ClusterSet clusters, IEnumerable<IReconciler> reconcilers, KubernetesOptions options, ClusterLines lines, DisputeBook disputes,
    IChangeFeed feed, TimeProvider clock, ILoggerFactory loggers, ILogger<ClusterSetHost> log) : BackgroundService
{
    // The feed tells of changes; this is for one that was missed while the database was away.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    private readonly Dictionary<Guid, (string Connection, ClusterSession Session)> _open = [];
    // Never disposed: a change may be told at the moment of the stop, and without a wait handle it holds nothing.
    private readonly SemaphoreSlim _changed = new(0);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RegisterConfiguredAsync(cancellationToken);
        await FollowAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var changes = feed.Subscribe(change =>
        {
            if (change.Kind == nameof(ClusterRegistration) || change.IsEverything)
                _changed.Release();
        });
        try
        {
            while (true)
            {
                await _changed.WaitAsync(LookAgain, stoppingToken);
                try
                {
                    await FollowAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    LogDisturbed(log, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The portal stops.
        }
        foreach (var id in _open.Keys.ToArray())
            await CloseAsync(id);
    }

    private async Task RegisterConfiguredAsync(CancellationToken ct)
    {
        if (options.Registration is not { } wanted)
            return;
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await db.Set<ClusterRegistration>().AnyAsync(c => c.Id == ClusterRegistration.ConfiguredId, ct))
            return;
        db.Add(wanted.ToRow(clock.GetUtcNow()));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // Another replica that starts now was first.
        }
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var rows = await db.Set<ClusterRegistration>().AsNoTracking().ToListAsync(ct);
        foreach (var id in _open.Keys.Except(rows.Select(r => r.Id)).ToArray())
            await CloseAsync(id);
        foreach (var row in rows)
        {
            var connection = $"{row.Connection}\n{row.Credentials}";
            if (_open.TryGetValue(row.Id, out var open) && open.Connection == connection)
            {
                open.Session.Rename(row.Name);
                continue;
            }
            await CloseAsync(row.Id);
            if (lines.Of(row) is { } line)
                Open(row, line, connection);
        }
    }

    private void Open(ClusterRegistration row, ClusterLine line, string connection)
    {
        var session = new ClusterSession(row.Id, row.Name, line, options, owner => clusters.Touched?.Invoke(owner), clock, loggers, disputes);
        clusters.Set(row.Id, session);
        _open[row.Id] = (connection, session);
        session.Watch(
            [.. reconcilers.SelectMany(r => r.Watches).Distinct()],
            options.ServesPages ? ShownKinds.All : [],
            [.. reconcilers.SelectMany(r => r.OptionalWatches).Distinct()]);
        LogOpened(log, row.Name);
    }

    private async Task CloseAsync(Guid id)
    {
        if (!_open.Remove(id, out var open))
            return;
        clusters.Remove(id);
        await open.Session.DisposeAsync();
        LogClosed(log, open.Session.Cluster.Name);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Cluster {Name} is followed")]
    private static partial void LogOpened(ILogger log, string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "Cluster {Name} is no longer followed")]
    private static partial void LogClosed(ILogger log, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The registered clusters could not be read: {Reason}")]
    private static partial void LogDisturbed(ILogger log, string reason);
}

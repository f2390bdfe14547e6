using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Portal.Core.Data;

namespace Portal.Infrastructure.Data;

/// <summary>
/// Carries committed changes between replicas by PostgreSQL's NOTIFY, so that a page of one moves, and a reconciler of one
/// wakes, by what was done in another. What is told while nobody listens is lost: who listens again looks at everything.
/// </summary>
internal sealed partial class PostgresChangeRelay(
    DatabaseOptions options, IChangeFeed feed, TimeProvider clock, ILogger<PostgresChangeRelay> log) : BackgroundService
{
    private const string Channel = "portal_changes";

    // What arrived from elsewhere is published here while this is set, and must not be sent out again.
    [ThreadStatic]
    private static bool _arriving;

    private readonly string _self = Guid.NewGuid().ToString("N");
    private readonly Channel<RowChange> _outgoing = System.Threading.Channels.Channel.CreateBounded<RowChange>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest });

    // Taken from the queue and not sent yet: a connection that breaks under it must not lose it.
    private RowChange? _unsent;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var local = feed.Subscribe(change =>
        {
            if (!_arriving)
                _outgoing.Writer.TryWrite(change);
        });
        await Task.WhenAll(AgainAsync(ListenAsync, stoppingToken), AgainAsync(SendAsync, stoppingToken));
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        connection.Notification += (_, e) => Arrived(e.Payload);
        await using (var listen = new NpgsqlCommand("LISTEN " + Channel, connection))
            await listen.ExecuteNonQueryAsync(ct);
        PublishHere(RowChange.Everything);
        while (true)
            await connection.WaitAsync(ct);
    }

    private async Task SendAsync(CancellationToken ct)
    {
        while (_unsent is not null || await _outgoing.Reader.WaitToReadAsync(ct))
        {
            await using var connection = await OpenAsync(ct);
            while ((_unsent ??= Next()) is { } change)
            {
                await using var notify = new NpgsqlCommand("SELECT pg_notify($1, $2)", connection);
                notify.Parameters.Add(new NpgsqlParameter { Value = Channel });
                notify.Parameters.Add(new NpgsqlParameter { Value = JsonSerializer.Serialize(new Message(_self, change)) });
                await notify.ExecuteNonQueryAsync(ct);
                _unsent = null;
            }
        }
    }

    private RowChange? Next() => _outgoing.Reader.TryRead(out var change) ? change : null;

    private void Arrived(string payload)
    {
        if (JsonSerializer.Deserialize<Message>(payload) is not { } message || message.From == _self)
            return;
        PublishHere(message.Change);
    }

    private void PublishHere(RowChange change)
    {
        _arriving = true;
        try
        {
            feed.Publish(change);
        }
        finally
        {
            _arriving = false;
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.Postgres) { KeepAlive = 30 }.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task AgainAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await work(ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or JsonException)
            {
                LogDisturbed(log, e.Message);
                // A database that restarts refuses connections for some seconds.
                await Task.Delay(TimeSpan.FromSeconds(2), clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private sealed record Message(string From, RowChange Change);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Changes of other replicas do not arrive at the moment: {Reason}")]
    private static partial void LogDisturbed(ILogger log, string reason);
}

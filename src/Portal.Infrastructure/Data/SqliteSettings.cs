using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Portal.Infrastructure.Data;

/// <summary>
/// Settings of each SQLite connection. A log in front of the file lets readers and the writer work side by side; it is synced
/// at checkpoints: a commit survives the end of the process at any moment, and the file the loss of power. While somebody else
/// writes, SQLite itself looks again after a millisecond, and then seldomer; left to the driver, each look would be 150 ms
/// after the last. The limit at which a commit itself takes the log over is for a writer that <see cref="SqliteCheckpoints"/>
/// does not keep up with.
/// </summary>
internal sealed class SqliteSettings : DbConnectionInterceptor
{
    private const string Settings = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 10000;";

    // What the driver keeps open behind its connections: it remembers its settings from one use to the next.
    private readonly ConditionalWeakTable<object, object> _set = [];

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        var handle = ((SqliteConnection)connection).Handle!;
        if (_set.TryGetValue(handle, out _))
            return;
        using var command = connection.CreateCommand();
        command.CommandText = Settings;
        command.ExecuteNonQuery();
        _set.AddOrUpdate(handle, Settings);
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        var handle = ((SqliteConnection)connection).Handle!;
        if (_set.TryGetValue(handle, out _))
            return;
        await using var command = connection.CreateCommand();
        command.CommandText = Settings;
        await command.ExecuteNonQueryAsync(cancellationToken);
        _set.AddOrUpdate(handle, Settings);
    }
}

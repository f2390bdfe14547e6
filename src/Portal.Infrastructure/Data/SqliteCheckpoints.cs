using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Data;

namespace Portal.Infrastructure.Data;

/// <summary>
/// Takes SQLite's log over into the file beside all else. Otherwise the commit that finds the log full does it, and somebody's
/// click waits for the disk.
/// </summary>
internal sealed partial class SqliteCheckpoints(IDbContextFactory<PortalDb> databases, TimeProvider clock, ILogger<SqliteCheckpoints> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            // Not for a condition: the pace of the work itself. No commit waits for it, and taking over more often would sync more often.
            await Task.Delay(Pause, clock, stoppingToken);
            try
            {
                await using var db = await databases.CreateDbContextAsync(stoppingToken);
                // It waits for nobody: what is being read or written at this moment is taken over the next time.
                await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(PASSIVE)", stoppingToken);
            }
            catch (SqliteException e)
            {
                LogFailed(log, e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of the database could not be taken over into its file: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}

using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portal.Core;
using Portal.Core.Data;
using Portal.Infrastructure.Data;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Data;

/// <summary>How the file of the database is opened.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"portal-{Guid.NewGuid():N}.db");

    [Fact]
    public async Task Context_OnWhicheverFile_WritesAheadAndSyncsAtCheckpoints()
    {
        // One that is there already, and empty: who makes the schema finds it so when somebody else has opened it first.
        await File.WriteAllBytesAsync(_file, [], TestContext.Current.CancellationToken);
        await using var services = Services();

        for (var i = 0; i < 2; i++)
        {
            await using var db = await services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
            Assert.Equal(("wal", "1", "10000"), (Pragma(db, "journal_mode"), Pragma(db, "synchronous"), Pragma(db, "busy_timeout")));
        }
    }

    [Fact]
    public async Task CanConnect_WithoutAFile_SaysNoAndMakesNone()
    {
        await using var services = Services();
        await using var db = services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContext();

        Assert.False(await db.Database.CanConnectAsync(TestContext.Current.CancellationToken));
        Assert.False(File.Exists(_file));
    }

    [Fact]
    public async Task Commit_WhileCheckpointsRun_IsInTheFileWithoutItsLog()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var services = Services();
        await using var db = await services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync(ct);
        await db.Database.ExecuteSqlRawAsync("CREATE TABLE kept (id INTEGER)", ct);
        Assert.False(IsInFile());

        foreach (var service in services.GetServices<IHostedService>())
            await service.StartAsync(ct);
        await Eventually.TrueAsync(IsInFile, "the log is taken over", ct);

        foreach (var service in services.GetServices<IHostedService>())
            await service.StopAsync(ct);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        foreach (var file in (string[])[_file, _file + "-wal", _file + "-shm", _file + "-copy", _file + "-copy-wal", _file + "-copy-shm"])
            File.Delete(file);
    }

    private ServiceProvider Services() =>
        new ServiceCollection().AddLogging().AddPortalCore().AddPortalData(new DatabaseOptions { SqliteFile = _file }).BuildServiceProvider();

    // Of a copy, which has no log.
    private bool IsInFile()
    {
        var copy = _file + "-copy";
        File.Copy(_file, copy, overwrite: true);
        using var connection = new SqliteConnection($"Data Source={copy};Mode=ReadOnly;Pooling=False");
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'kept'";
            return (long)command.ExecuteScalar()! == 1;
        }
        catch (SqliteException)
        {
            // Copied while it was being written: not whole yet. Who waits copies it again, until the table is found.
            return false;
        }
    }

    private static string? Pragma(PortalDb db, string name)
    {
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return command.ExecuteScalar()?.ToString();
    }
}

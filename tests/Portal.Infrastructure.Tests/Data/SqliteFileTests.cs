using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core;
using Portal.Core.Data;
using Portal.Infrastructure.Data;

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

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        foreach (var file in (string[])[_file, _file + "-wal", _file + "-shm"])
            File.Delete(file);
    }

    private ServiceProvider Services() =>
        new ServiceCollection().AddLogging().AddPortalCore().AddPortalData(new DatabaseOptions { SqliteFile = _file }).BuildServiceProvider();

    private static string? Pragma(PortalDb db, string name)
    {
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return command.ExecuteScalar()?.ToString();
    }
}

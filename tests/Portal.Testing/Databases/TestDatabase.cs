using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Core;
using Portal.Core.Access;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Teams;
using Portal.Infrastructure.Data;

namespace Portal.Testing.Databases;

/// <summary>The providers that every service test runs on.</summary>
public enum Provider { Sqlite, Postgres }

/// <summary>The domain on a real, empty database, with a clock that the test moves.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<byte[]>> SqliteTemplate = new(MakeSqliteTemplateAsync);
    private readonly string? _file;

    private TestDatabase(ServiceProvider services, FakeTimeProvider clock, string? file) =>
        (Services, Clock, _file) = (services, clock, file);

    /// <summary>The services as the application registers them, on this database.</summary>
    public ServiceProvider Services { get; }

    /// <summary>The clock of all of them; it stands still until the test moves it.</summary>
    public FakeTimeProvider Clock { get; }

    /// <summary>A new database of the provider.</summary>
    /// <param name="configure">Further registrations.</param>
    public static async Task<TestDatabase> CreateAsync(
        Provider provider, PostgresServer server, Action<IServiceCollection>? configure = null)
    {
        if (provider == Provider.Postgres)
        {
            var connection = await server.NewDatabaseAsync(c => MakeSchemaAsync(new DatabaseOptions { Postgres = c }));
            return Build(new DatabaseOptions { Postgres = connection }, null, configure);
        }
        var file = NewFile();
        await File.WriteAllBytesAsync(file, await SqliteTemplate.Value);
        return Build(new DatabaseOptions { SqliteFile = file }, file, configure);
    }

    private static async Task<byte[]> MakeSqliteTemplateAsync()
    {
        var file = NewFile();
        await MakeSchemaAsync(new DatabaseOptions { SqliteFile = file });
        SqliteConnection.ClearAllPools();
        var bytes = await File.ReadAllBytesAsync(file);
        File.Delete(file);
        return bytes;
    }

    // The schema is the one that the migrations make, as in an installation.
    private static async Task MakeSchemaAsync(DatabaseOptions options)
    {
        await using var services = new ServiceCollection().AddLogging().AddPortalCore().AddPortalData(options).BuildServiceProvider();
        await using var db = await services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync();
        await db.Database.MigrateAsync();
    }

    private static string NewFile() => Path.Combine(Path.GetTempPath(), $"portal-{Guid.NewGuid():N}.db");

    /// <summary>A SQLite database as it is now, from which copies are made.</summary>
    public byte[] Snapshot()
    {
        var file = NewFile();
        using (var from = new SqliteConnection($"Data Source={_file};Pooling=False"))
        using (var to = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            from.Open();
            to.Open();
            // Pools that another test clears close their connections, which locks the file for a moment; a backup does not ask again by itself.
            using var patience = from.CreateCommand();
            patience.CommandText = "PRAGMA busy_timeout = 30000";
            patience.ExecuteNonQuery();
            from.BackupDatabase(to);
        }
        var bytes = File.ReadAllBytes(file);
        File.Delete(file);
        return bytes;
    }

    /// <summary>A database of its own that begins as a snapshot.</summary>
    public static TestDatabase From(byte[] snapshot, Action<IServiceCollection>? configure = null)
    {
        var file = NewFile();
        File.WriteAllBytes(file, snapshot);
        return Build(new DatabaseOptions { SqliteFile = file }, file, configure);
    }

    /// <summary>A service of the domain.</summary>
    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    /// <summary>A context of its own.</summary>
    public Task<PortalDb> OpenAsync() => Get<IDbContextFactory<PortalDb>>().CreateDbContextAsync();

    /// <summary>A person with a platform role.</summary>
    public async Task<Actor> PersonAsync(string name, PlatformRole role = PlatformRole.Scientist)
    {
        await using var db = await OpenAsync();
        var person = new Person
        {
            Id = Guid.CreateVersion7(),
            UserName = name,
            NormalizedUserName = name.ToUpperInvariant(),
            DisplayName = name,
            Role = role,
        };
        db.People.Add(person);
        await db.SaveChangesAsync();
        return new Actor(person.Id, name);
    }

    /// <summary>Registers a cluster; who connects it is the test's business.</summary>
    public async Task<Guid> ClusterAsync(string name, Action<ClusterRegistration>? configure = null)
    {
        await using var db = await OpenAsync();
        var row = new ClusterRegistration { Name = name, CreatedAt = Clock.GetUtcNow() };
        configure?.Invoke(row);
        db.Add(row);
        await db.SaveChangesAsync();
        return row.Id;
    }

    /// <summary>A team with one lead and members.</summary>
    public async Task<Guid> TeamAsync(string name, Actor lead, params Actor[] members)
    {
        await using var db = await OpenAsync();
        var team = new Team { Name = name, CreatedAt = Clock.GetUtcNow() };
        team.Members.Add(new TeamMember { PersonId = lead.Id, Role = TeamRole.Lead });
        team.Members.AddRange(members.Select(m => new TeamMember { PersonId = m.Id, Role = TeamRole.Member }));
        db.Teams.Add(team);
        await db.SaveChangesAsync();
        return team.Id;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        if (_file is null)
            return;
        SqliteConnection.ClearAllPools();
        foreach (var path in new[] { _file, _file + "-wal", _file + "-shm" })
            File.Delete(path);
    }

    private static TestDatabase Build(DatabaseOptions options, string? file, Action<IServiceCollection>? configure)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
        var services = new ServiceCollection().AddLogging().AddPortalCore().AddPortalData(options);
        services.AddSingleton<TimeProvider>(clock);
        configure?.Invoke(services);
        return new TestDatabase(services.BuildServiceProvider(), clock, file);
    }
}

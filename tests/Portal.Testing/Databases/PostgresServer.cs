using System.Diagnostics;
using Npgsql;
using Portal.Testing.Web;
using Xunit;

namespace Portal.Testing.Databases;

/// <summary>A private, throw-away PostgreSQL on loopback for one test assembly; runs as 'postgres' when the tests run as root.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string Template = "portal_template";
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "portal-pg-" + Guid.NewGuid().ToString("N")[..8]);
    private string _connection = "";
    private readonly SemaphoreSlim _templateLock = new(1, 1);
    private bool _started;
    private bool _filled;

    /// <summary>Why there is no server, or null when there is one.</summary>
    public string? Missing { get; private set; }

    private static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Order().Select(d => d + "/bin").LastOrDefault(d => File.Exists(d + "/initdb"))
        : null;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Programs is null)
        {
            Missing = "PostgreSQL is not installed (package postgresql).";
            return;
        }
        Directory.CreateDirectory(_folder);
        if (Environment.UserName == "root")
            await RunAsync("chown", "postgres:postgres", _folder);
        var port = FreePort.Next();
        await PostgresAsync("initdb", "-D", _folder + "/data", "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        await PostgresAsync("pg_ctl", "-D", _folder + "/data", "-l", _folder + "/log", "-w", "-o",
            "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses=127.0.0.1 -c max_connections=800 "
            + $"-p {port} -c unix_socket_directories={_folder}", "start");
        _connection = $"Host=127.0.0.1;Port={port};Username=portal;Database=postgres;Include Error Detail=true";
        _started = true;
    }

    /// <summary>A new database with the schema; skips the test when there is no server.</summary>
    /// <param name="fill">Makes the schema in the template, once for the server; a copy of it takes a twentieth of the time.</param>
    public async Task<string> NewDatabaseAsync(Func<string, Task> fill)
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        await _templateLock.WaitAsync();
        try
        {
            if (!_filled)
            {
                await CreateAsync(Template, "template0");
                await fill(new NpgsqlConnectionStringBuilder(_connection) { Database = Template, Pooling = false }.ConnectionString);
                _filled = true;
            }
            // One copy at a time: a database cannot be a template for two at once.
            return await CreateAsync("t" + Guid.NewGuid().ToString("N")[..12], Template);
        }
        finally
        {
            _templateLock.Release();
        }
    }

    /// <summary>A new, empty database; skips the test when there is no server.</summary>
    public Task<string> NewDatabaseAsync()
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        return CreateAsync("t" + Guid.NewGuid().ToString("N")[..12], "template0");
    }

    private async Task<string> CreateAsync(string name, string template)
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {template}", connection);
        await command.ExecuteNonQueryAsync();
        // Each test has a database, and so a pool, of its own: idle connections are given back at once.
        return new NpgsqlConnectionStringBuilder(_connection)
        {
            Database = name,
            ConnectionIdleLifetime = 1,
            ConnectionPruningInterval = 1,
        }.ConnectionString;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_started)
            return;
        NpgsqlConnection.ClearAllPools();
        await PostgresAsync("pg_ctl", "-D", _folder + "/data", "-m", "immediate", "stop");
        _templateLock.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task PostgresAsync(string tool, params string[] arguments) => Environment.UserName == "root"
        ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", $"{Programs}/{tool}", .. arguments])
        : RunAsync($"{Programs}/{tool}", arguments);

    private static async Task RunAsync(string file, params string[] arguments)
    {
        // No redirected pipes: the postmaster inherits them and reading to the end would hang.
        using var process = Process.Start(new ProcessStartInfo(
            "/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1 </dev/null", file, .. arguments])
        { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)}: exit {process.ExitCode}");
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Portal.Core.Access;
using Portal.Core.Hardware;
using Portal.Core.Quotas;
using Portal.Core.Tests.Projects;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Data;

/// <summary>
/// What is asked at each click and in each pass takes no longer the more rows there are. SQLite joins as it is told and keeps no
/// statistics, so that its plans are the same for few rows as for many.
/// </summary>
public partial class StatementPlanTests(PostgresServer server)
{
    // One row, or a few for the whole installation.
    private static readonly string[] Few = ["audit_head", "clusters", "hardware_pools", "leases", "pool_ledgers"];

    [Fact]
    public async Task Making_APassAndAnApproval_ReadNoTableWhole()
    {
        using var told = new Statements();
        await using var stage = await PassStage.CreateAsync(Provider.Sqlite, server);
        var admin = await stage.Database.PersonAsync("admin", PlatformRole.Admin);
        var pool = (await stage.Database.Get<HardwareService>().CreateAsync(
            admin, new PoolDraft(Guid.CreateVersion7(), "Cards", "nvidia.com/gpu", 8, 1), default)).Value;
        var now = stage.Database.Clock.GetUtcNow();
        await using var db = await stage.Database.OpenAsync();
        var connection = (SqliteConnection)db.Database.GetDbConnection();

        told.Forget();
        var project = await stage.ReadyAsync();
        foreach (var begin in (int[])[0, 14])
        {
            var draft = new QuotaDraft(Guid.CreateVersion7(), project.Id, pool, 2, now.AddDays(begin), now.AddDays(begin + 14), "Retrain");
            Assert.True((await stage.Database.Get<QuotaService>().SubmitAsync(stage.Ana, draft, default)).Succeeded);
            var hash = (await db.Set<QuotaRequest>().SingleAsync(r => r.Id == draft.Id)).ContentHash;
            Assert.True((await stage.Database.Get<QuotaDecisionService>().ApproveAsync(admin, new QuotaDecision(draft.Id, hash), 2, default)).Succeeded);
        }
        await stage.PassAsync(project.Id);

        var all = told.Of(connection.DataSource);
        Assert.Contains(all, s => s.Contains("\"project_members\"", StringComparison.Ordinal));
        Assert.Contains(all, s => s.StartsWith("UPDATE \"pool_ledgers\"", StringComparison.Ordinal));
        Assert.Empty(Scans(connection, told));
    }

    [Fact]
    public async Task Scans_OfAStatementThatReadsATableWhole_NameIt()
    {
        using var told = new Statements();
        await using var stage = await PassStage.CreateAsync(Provider.Sqlite, server);
        await using var db = await stage.Database.OpenAsync();
        var connection = (SqliteConnection)db.Database.GetDbConnection();

        await db.Projects.Include(p => p.Members).ThenInclude(m => m.Person).SingleOrDefaultAsync(p => p.Id == stage.Team);

        Assert.StartsWith("project_members", Assert.Single(Scans(connection, told)), StringComparison.Ordinal);
    }

    private static List<string> Scans(SqliteConnection connection, Statements told) =>
        [.. told.Of(connection.DataSource).SelectMany(s => Scans(connection, s))];

    // Tables that a statement reads whole, each with the statement.
    private static List<string> Scans(SqliteConnection connection, string statement)
    {
        var tables = Alias().Matches(statement).ToLookup(m => m.Groups["alias"].Value, m => m.Groups["table"].Value);
        using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + statement;
        foreach (var name in Parameter().Matches(statement).Select(m => m.Value).Distinct())
            command.Parameters.AddWithValue(name, DBNull.Value);
        using var rows = command.ExecuteReader();
        var scans = new List<string>();
        while (rows.Read())
        {
            var scanned = Scan().Match(rows.GetString(3)).Groups["alias"].Value;
            // What is no table's name is a result within the statement.
            foreach (var table in tables[scanned].Append(scanned).Where(t => t.Contains('_') || tables[scanned].Contains(t)).Except(Few))
                scans.Add($"{table}: {statement}");
        }
        return scans;
    }

    [GeneratedRegex("\"(?<table>\\w+)\" AS \"(?<alias>\\w+)\"")]
    private static partial Regex Alias();

    [GeneratedRegex("@\\w+")]
    private static partial Regex Parameter();

    [GeneratedRegex("^SCAN (?<alias>\\w+)")]
    private static partial Regex Scan();

    // Statements by database, each once. Made before the databases: contexts remember for a while whether anybody listens.
    private sealed class Statements : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly ConcurrentDictionary<(string Database, string Text), bool> _seen = new();
        private readonly List<IDisposable> _subscriptions = [];

        public Statements() => _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

        public string[] Of(string database) =>
        [
            .. _seen.Keys.Where(s => s.Database == database).Select(s => s.Text)
                .Where(t => !t.StartsWith("INSERT", StringComparison.Ordinal) && !t.StartsWith("PRAGMA", StringComparison.Ordinal)),
        ];

        public void Forget() => _seen.Clear();

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
                _subscriptions.Add(value.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (value.Value is CommandExecutedEventData { Command: { Connection: SqliteConnection connection } command })
                _seen.TryAdd((connection.DataSource, command.CommandText), true);
        }

        public void OnError(Exception error)
        {
        }

        public void OnCompleted()
        {
        }

        public void Dispose() => _subscriptions.ForEach(s => s.Dispose());
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Portal.Core.Data;
using Portal.Infrastructure.Data;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Data;

public class PostgresChangeRelayTests(PostgresServer server)
{
    [Fact]
    public async Task Change_InOneReplica_ArrivesOnceInTheOtherAndDoesNotComeBack()
    {
        await using var test = await TestDatabase.CreateAsync(Provider.Postgres, server);
        var database = test.Get<DatabaseOptions>().Postgres;
        await using var one = await Replica.StartAsync(database);
        await using var two = await Replica.StartAsync(database);
        // Listening begins some time after the start: send until it is heard.
        var hello = new RowChange("Hello", Guid.NewGuid(), null, false);
        await Eventually.TrueAsync(() => { one.Feed.Publish(hello); return two.Seen.Contains(hello); }, "the first change in two");
        await Eventually.TrueAsync(() => { two.Feed.Publish(hello with { Kind = "Back" }); return one.Seen.Any(c => c.Kind == "Back"); }, "an answer in one");

        var change = new RowChange("Project", Guid.NewGuid(), Guid.NewGuid(), true);
        one.Feed.Publish(change);
        var last = new RowChange("Last", Guid.NewGuid(), null, false);
        one.Feed.Publish(last);
        await Eventually.TrueAsync(() => two.Seen.Contains(last), "the last change in two");
        two.Feed.Publish(last with { Kind = "End" });
        await Eventually.TrueAsync(() => one.Seen.Any(c => c.Kind == "End"), "the end in one");

        Assert.Single(two.Seen, change);
        // Once, by its own publisher: an echo would have arrived before the end did.
        Assert.Single(one.Seen, change);
    }

    [Fact]
    public async Task Connection_CutByTheServer_IsMadeAnew()
    {
        await using var test = await TestDatabase.CreateAsync(Provider.Postgres, server);
        var database = test.Get<DatabaseOptions>().Postgres;
        await using var one = await Replica.StartAsync(database);
        await using var two = await Replica.StartAsync(database);
        var before = new RowChange("Before", Guid.NewGuid(), null, false);
        await Eventually.TrueAsync(() => { one.Feed.Publish(before); return two.Seen.Contains(before); }, "a change before");

        await using (var connection = new NpgsqlConnection(database))
        {
            await connection.OpenAsync();
            await using var cut = new NpgsqlCommand(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
            await cut.ExecuteNonQueryAsync();
        }

        var after = new RowChange("After", Guid.NewGuid(), null, false);
        await Eventually.TrueAsync(() => { one.Feed.Publish(after); return two.Seen.Contains(after); }, "a change after the cut");
    }

    [Fact]
    public async Task Listening_BegunAgain_LooksAtEverything()
    {
        await using var test = await TestDatabase.CreateAsync(Provider.Postgres, server);
        var database = test.Get<DatabaseOptions>().Postgres;
        await using var one = await Replica.StartAsync(database);
        await using var two = await Replica.StartAsync(database);
        await Eventually.TrueAsync(() => one.Seen.Contains(RowChange.Everything) && two.Seen.Contains(RowChange.Everything), "both listen");

        await CutAsync(database, "LISTEN");

        await Eventually.TrueAsync(() => two.Seen.Count(c => c.IsEverything) == 2 && one.Seen.Count(c => c.IsEverything) == 2, "both look again");
        // What one has missed is nothing to the other.
        var last = new RowChange("Last", Guid.NewGuid(), null, false);
        one.Feed.Publish(last);
        await Eventually.TrueAsync(() => two.Seen.Contains(last), "a change after it");
        Assert.Equal(2, two.Seen.Count(c => c.IsEverything));
    }

    [Fact]
    public async Task Change_WhoseSenderIsCutOff_IsSentAllTheSame()
    {
        await using var test = await TestDatabase.CreateAsync(Provider.Postgres, server);
        var database = test.Get<DatabaseOptions>().Postgres;
        await using var one = await Replica.StartAsync(database);
        await using var two = await Replica.StartAsync(database);
        await Eventually.TrueAsync(() => two.Seen.Contains(RowChange.Everything), "two listens");
        var before = new RowChange("Before", Guid.NewGuid(), null, false);
        one.Feed.Publish(before);
        await Eventually.TrueAsync(() => two.Seen.Contains(before), "a change before");

        await CutAsync(database, "SELECT pg_notify");
        var after = before with { Kind = "After" };
        one.Feed.Publish(after);

        await Eventually.TrueAsync(() => two.Seen.Contains(after), "the change that was sent over the cut");
    }

    // Ends what last did this, as a restart of the server or a fallen network would.
    private static async Task CutAsync(string database, string did)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var cut = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE $1 || '%'", connection);
        cut.Parameters.Add(new NpgsqlParameter { Value = did });
        await cut.ExecuteNonQueryAsync();
    }

    private sealed class Replica : IAsyncDisposable
    {
        private readonly PostgresChangeRelay _relay;

        private Replica(string database)
        {
            _relay = new(new DatabaseOptions { Postgres = database }, Feed, TimeProvider.System, NullLogger<PostgresChangeRelay>.Instance);
            Feed.Subscribe(Seen.Add);
        }

        public ChangeFeed Feed { get; } = new();

        public ConcurrentBag<RowChange> Seen { get; } = [];

        public static async Task<Replica> StartAsync(string database)
        {
            var replica = new Replica(database);
            await replica._relay.StartAsync(default);
            return replica;
        }

        public async ValueTask DisposeAsync()
        {
            await _relay.StopAsync(default);
            _relay.Dispose();
        }
    }
}

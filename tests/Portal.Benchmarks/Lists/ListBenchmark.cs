using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Benchmarks.Lists;

/// <summary>Pages of the lists of projects and of training runs, server side, on both databases and at two sizes of the tables.</summary>
public static class ListBenchmark
{
    private const int Small = 10_000;
    private const int Large = 100_000;
    private const int WarmUp = 5;
    private const int Repeats = 60;
    private const int RepeatsOfMany = 15;
    private const double Asked = 60;
    private const double AskedGrowth = 2;

    // Text inside names is found by reading all of them, so this one does grow.
    private const string Search = "search";

    private static readonly (string Name, ListQuery Query)[] Queries =
    [
        ("first page", new ListQuery(Take: 25)),
        ("page 200", new ListQuery(Skip: 4975, Take: 25)),
        ("by name", new ListQuery(Take: 25, Sort: "Name", Descending: true)),
        (Search, new ListQuery("thing 77", Take: 25)),
    ];

    /// <summary>Fills the tables, asks, fills them further, asks again.</summary>
    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(CancellationToken ct)
    {
        var server = new PostgresServer();
        await server.InitializeAsync();
        try
        {
            var rows = new List<BenchmarkRow>();
            foreach (var provider in Enum.GetValues<Provider>())
                rows.AddRange(await MeasureAsync(provider, server, ct));
            return rows;
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task<IReadOnlyList<BenchmarkRow>> MeasureAsync(Provider provider, PostgresServer server, CancellationToken ct)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var team = await database.TeamAsync("Team", admin);
        await FillAsync(database, admin, team);
        var small = await AskAsync(database, admin, Queries, Repeats, ct);
        await MultiplyAsync(database);
        var large = await AskAsync(database, admin, [.. Queries.Where(q => q.Name != Search)], RepeatsOfMany, ct);
        return
        [
            .. small.Select(s => new BenchmarkRow(
                $"list over 10,000 rows, {provider}, {s.Name}: p95", $"{s.P95:0.0} ms", "≤ 60 ms", s.P95 <= Asked)),
            // Medians, since a busy machine has slow samples at any size.
            .. small.Zip(large, (s, l) => new BenchmarkRow(
                $"list over 100,000 rows against 10,000, {provider}, {s.Name}: median", $"{l.Median / s.Median:0.0} × ({l.Median:0.0} ms)", "≤ 2 ×",
                l.Median <= s.Median * AskedGrowth)),
        ];
    }

    private static async Task<IReadOnlyList<(string Name, double Median, double P95)>> AskAsync(
        TestDatabase database, Actor admin, (string Name, ListQuery Query)[] queries, int repeats, CancellationToken ct)
    {
        var (runs, projects) = (database.Get<TrainingList>(), database.Get<ProjectQueryService>());
        var results = new List<(string, double, double)>();
        foreach (var (name, query) in queries)
        {
            await MeasureAsync($"runs, {name}", () => runs.ForPersonAsync(admin, query, null, ct));
            await MeasureAsync($"projects, {name}", () => projects.ListAsync(admin, query, new ProjectFilter(), ct));
        }
        return results;

        async Task MeasureAsync(string name, Func<Task> ask)
        {
            var latency = await Latency.MeasureAsync(WarmUp, repeats, ask);
            results.Add((name, latency.At(0.5), latency.At(0.95)));
        }
    }

    private static async Task FillAsync(TestDatabase database, Actor admin, Guid team)
    {
        var now = database.Clock.GetUtcNow();
        await using var db = await database.OpenAsync();
        Project[] projects = [.. Enumerable.Range(0, Small).Select(i => new Project
        {
            Name = $"thing {i}", Namespace = $"thing-{i}", TeamId = team, CreatedBy = admin.Id, CreatedAt = now.AddMinutes(-i),
        })];
        await BulkInsert.FillAsync(db, projects);
        await BulkInsert.FillAsync(db, projects.Select((project, i) => new TrainingRun
        {
            ProjectId = project.Id,
            Name = $"thing {i}",
            ObjectName = $"thing-{i}",
            SizeId = "small",
            CreatedBy = admin.Id,
            CreatedAt = project.CreatedAt,
            State = (WorkloadState)(i % Enum.GetValues<WorkloadState>().Length),
        }));
    }

    private static async Task MultiplyAsync(TestDatabase database)
    {
        await using var db = await database.OpenAsync();
        await BulkInsert.MultiplyAsync<Project>(db, (Large / Small) - 1, nameof(Project.Name), nameof(Project.Namespace));
        await BulkInsert.MultiplyAsync<TrainingRun>(db, (Large / Small) - 1, nameof(TrainingRun.Name), nameof(TrainingRun.ObjectName));
    }
}

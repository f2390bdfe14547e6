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
    private const int WarmUp = 10;
    private const int Repeats = 100;
    private const double Asked = 60;
    private const double AskedGrowth = 2;

    private static readonly (string Name, ListQuery Query)[] Queries =
    [
        ("first page", new ListQuery(Take: 25)),
        ("page 200", new ListQuery(Skip: 4975, Take: 25)),
        ("by name", new ListQuery(Take: 25, Sort: "Name", Descending: true)),
        ("search", new ListQuery("thing 77", Take: 25)),
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
        await FillAsync(database, admin, team, 0, Small);
        var small = await AskAsync(database, admin, ct);
        await FillAsync(database, admin, team, Small, Large);
        var large = await AskAsync(database, admin, ct);
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

    private static async Task<IReadOnlyList<(string Name, double Median, double P95)>> AskAsync(TestDatabase database, Actor admin, CancellationToken ct)
    {
        var (runs, projects) = (database.Get<TrainingList>(), database.Get<ProjectQueryService>());
        var results = new List<(string, double, double)>();
        foreach (var (name, query) in Queries)
        {
            await MeasureAsync($"runs, {name}", () => runs.ForPersonAsync(admin, query, null, ct));
            await MeasureAsync($"projects, {name}", () => projects.ListAsync(admin, query, new ProjectFilter(), ct));
        }
        return results;

        async Task MeasureAsync(string name, Func<Task> ask)
        {
            var latency = await Latency.MeasureAsync(WarmUp, Repeats, ask);
            results.Add((name, latency.At(0.5), latency.At(0.95)));
        }
    }

    private static async Task FillAsync(TestDatabase database, Actor admin, Guid team, int from, int to)
    {
        var now = database.Clock.GetUtcNow();
        await using var db = await database.OpenAsync();
        Project[] projects = [.. Enumerable.Range(from, to - from).Select(i => new Project
        {
            Name = $"thing {i}", Namespace = $"thing-{i}", TeamId = team, CreatedBy = admin.Id, CreatedAt = now.AddMinutes(-i),
        })];
        await BulkInsert.FillAsync(db, projects);
        await BulkInsert.FillAsync(db, projects.Select((project, n) => new TrainingRun
        {
            ProjectId = project.Id,
            Name = $"thing {from + n}",
            ObjectName = $"thing-{from + n}",
            SizeId = "small",
            CreatedBy = admin.Id,
            CreatedAt = project.CreatedAt,
            State = (WorkloadState)(n % Enum.GetValues<WorkloadState>().Length),
        }));
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Benchmarks.Lists;

/// <summary>Pages of the list of training runs, server side, on both databases and at two sizes of the table.</summary>
public static class ListBenchmark
{
    private const int Small = 10_000;
    private const int Large = 100_000;
    private const int Projects = 50;
    private const double Asked = 60;
    private const double AskedGrowth = 2;

    private static readonly (string Name, ListQuery Query)[] Queries =
    [
        ("first page", new ListQuery(Take: 25)),
        ("page 200", new ListQuery(Skip: 4975, Take: 25)),
        ("by name", new ListQuery(Take: 25, Sort: nameof(TrainingRun.Name))),
        ("search", new ListQuery("run 77", Take: 25)),
    ];

    /// <summary>Fills the table, asks, fills it further, asks again.</summary>
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
        var projects = await ProjectsAsync(database, admin);
        await FillAsync(database, admin, projects, 0, Small);
        var small = await AskAsync(database, admin, ct);
        await FillAsync(database, admin, projects, Small, Large);
        var large = await AskAsync(database, admin, ct);

        var first = (Small: small[0].P95, Large: large[0].P95);
        return
        [
            .. small.Select(s => new BenchmarkRow(
                $"list over 10,000 rows, {provider}, {s.Name}: p95", $"{s.P95:0.0} ms", "≤ 60 ms", s.P95 <= Asked)),
            new($"list, {provider}, first page: 100,000 rows against 10,000",
                $"{first.Large / first.Small:0.0} ×", "≤ 2 ×", first.Large <= first.Small * AskedGrowth),
        ];
    }

    private static async Task<IReadOnlyList<(string Name, double P95)>> AskAsync(TestDatabase database, Actor admin, CancellationToken ct)
    {
        var list = database.Get<TrainingList>();
        var results = new List<(string, double)>();
        foreach (var (name, query) in Queries)
        {
            var latency = await Latency.MeasureAsync(20, 200, () => list.ForPersonAsync(admin, query, null, ct));
            results.Add((name, latency.At(0.95)));
        }
        return results;
    }

    private static async Task<Guid[]> ProjectsAsync(TestDatabase database, Actor admin)
    {
        var team = await database.TeamAsync("Team", admin);
        var service = database.Get<ProjectService>();
        var ids = new List<Guid>();
        for (var i = 0; i < Projects; i++)
            ids.Add((await service.CreateAsync(admin, new ProjectDraft(Guid.CreateVersion7(), $"Project {i}", team), default)).Value);
        return [.. ids];
    }

    private static async Task FillAsync(TestDatabase database, Actor admin, Guid[] projects, int from, int to)
    {
        var now = database.Clock.GetUtcNow();
        for (var start = from; start < to; start += 5000)
        {
            await using var db = await database.OpenAsync();
            db.ChangeTracker.AutoDetectChangesEnabled = false;
            for (var i = start; i < Math.Min(start + 5000, to); i++)
            {
                db.Add(new TrainingRun
                {
                    ProjectId = projects[i % projects.Length],
                    Name = $"run {i}",
                    ObjectName = $"run-{i}",
                    SizeId = "small",
                    CreatedBy = admin.Id,
                    CreatedAt = now.AddMinutes(-i),
                    State = (WorkloadState)(i % Enum.GetValues<WorkloadState>().Length),
                });
            }
            await db.SaveChangesAsync();
        }
        // The server would gather its own statistics a minute later; both databases know this statement.
        await using var statistics = await database.OpenAsync();
        await statistics.Database.ExecuteSqlRawAsync("ANALYZE");
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Tests.Notebooks;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Training;

public class TrainingReportsTests(PostgresServer server)
{
    private const string Token = "a-token";

    [Theory, EachProvider]
    public async Task Log_SentTwiceAndAtOnce_StoresEachPointOnce(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, run) = await RunAsync(database);
        var reports = database.Get<TrainingReports>();
        var report = new Report(
            [new("loss", 0, 1000, 0.5), new("loss", 1, 2000, double.NaN), new("loss", 2, 3000, double.PositiveInfinity), new("loss", 3, 3000, -1e300)],
            [new(NoteKind.Parameter, "depth", "3"), new(NoteKind.Tag, "note", "first")]);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => Assert.True((await reports.LogAsync(Actor.Workload, run, report, default)).Succeeded)));

        var series = Assert.Single((await database.Get<TrainingMetrics>().ListAsync(owner, run, default)).Value);
        Assert.Equal([0.5, double.NaN, double.PositiveInfinity, -1e300], series.Points.Select(p => p.Value));
        await using var db = await database.OpenAsync();
        Assert.Equal(2, await db.Set<TrainingNote>().CountAsync());
    }

    [Theory, EachProvider]
    public async Task Metrics_OfALongSeries_AreThinnedAndOfAShortOneWhole(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, run) = await RunAsync(database);
        var reports = database.Get<TrainingReports>();
        foreach (var steps in Enumerable.Range(0, 1203).Chunk(500))
            await reports.LogAsync(Actor.Workload, run, new Report([.. steps.Select(i => new MetricPoint("loss", i, 1000 + i, i / 2d))], []), default);
        await reports.LogAsync(Actor.Workload, run, new Report([.. Enumerable.Range(0, 500).Select(i => new MetricPoint("acc", i, 0, double.NaN))], []), default);

        var series = (await database.Get<TrainingMetrics>().ListAsync(owner, run, default)).Value;

        Assert.Equal([("acc", 500, 500), ("loss", 1203, 402)], series.Select(s => (s.Key, s.Total, s.Points.Count)));
        Assert.All(series[0].Points, p => Assert.True(double.IsNaN(p.Value)));
        Assert.Equal([.. Enumerable.Range(0, 401).Select(i => i * 3L), 1202L], series[1].Points.Select(p => p.Step));
        Assert.Equal(new MetricPoint("loss", 1202, 2202, 601), series[1].Points[^1]);
    }

    [Theory, EachProvider]
    public async Task Log_ParameterWithAnotherValue_IsRefusedWhole(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, run) = await RunAsync(database);
        var reports = database.Get<TrainingReports>();
        await reports.LogAsync(Actor.Workload, run, new Report([], [new(NoteKind.Parameter, "depth", "3")]), default);

        var result = await reports.LogAsync(
            Actor.Workload, run, new Report([new("loss", 0, 1, 1)], [new(NoteKind.Parameter, "depth", "4")]), default);

        Assert.Equal("report.parameter_changed", result.Refusal?.Code);
        Assert.Empty((await database.Get<TrainingMetrics>().ListAsync(owner, run, default)).Value);
    }

    [Theory, EachProvider]
    public async Task Find_TokenOfAnEndedRunOrNone_IsNotFound(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (_, run) = await RunAsync(database);
        var reports = database.Get<TrainingReports>();

        Assert.Equal(run, (await reports.FindAsync(Actor.Workload, Token, default)).Value.Id);
        Assert.False((await reports.FindAsync(Actor.Workload, "another", default)).Succeeded);
        Assert.False((await reports.FindAsync(Actor.Workload, "", default)).Succeeded);
        await using (var db = await database.OpenAsync())
            await db.Set<TrainingRun>().ExecuteUpdateAsync(s => s.SetProperty(r => r.TokenHash, ""));
        Assert.False((await reports.FindAsync(Actor.Workload, Token, default)).Succeeded);
        Assert.False((await reports.FindAsync(Actor.Workload, "", default)).Succeeded);
        Assert.False((await reports.LogAsync(Actor.Workload, run, new Report([new("loss", 0, 1, 1)], []), default)).Succeeded);
    }

    [Theory, EachProvider]
    public async Task Launch_StopAndLists_FollowTheRights(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, id) = await RunAsync(database);
        var outsider = await database.PersonAsync("outsider");
        var auditor = await database.PersonAsync("auditor", PlatformRole.Auditor);
        var list = database.Get<TrainingList>();
        var service = database.Get<TrainingService>();

        Assert.Equal(id, Assert.Single((await list.ForPersonAsync(owner, new(), null, default)).Value.Items).Id);
        Assert.Single((await list.ForPersonAsync(auditor, new(), WorkloadState.Pending, default)).Value.Items);
        Assert.Empty((await list.ForPersonAsync(outsider, new(), null, default)).Value.Items);
        Assert.Equal("training.not_found", (await service.StopAsync(outsider, id, default)).Refusal?.Code);
        Assert.Equal("access.denied", (await service.StopAsync(auditor, id, default)).Refusal?.Code);
        Assert.True((await service.StopAsync(owner, id, default)).Succeeded);
        Assert.True((await service.StopAsync(owner, id, default)).Succeeded);
        var again = (await service.AgainAsync(owner, id, default)).Value;
        Assert.Equal(("print(1)", (Guid?)id), (again.Code, again.BasedOnId));
        Assert.Equal(again.Id, (await service.LaunchAsync(owner, again, default)).Value);
    }

    [Theory, EachProvider]
    public async Task Lists_ByStateAndEnd_LookBehindWhatIsNewer(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, running) = await RunAsync(database);
        var outsider = await database.PersonAsync("outsider");
        var now = database.Clock.GetUtcNow();
        await using (var db = await database.OpenAsync())
        {
            await db.Set<TrainingRun>().ExecuteUpdateAsync(s => s.SetProperty(r => r.State, WorkloadState.Running));
            var project = await db.Projects.Select(p => p.Id).SingleAsync();
            db.AddRange(Enumerable.Range(1, 3).Select(i => new TrainingRun
            {
                ProjectId = project,
                Name = $"ended {i}",
                ObjectName = $"ended-{i}",
                SizeId = "small",
                CreatedBy = owner.Id,
                CreatedAt = now.AddMinutes(i),
                FinishedAt = now.AddHours(-i),
                State = WorkloadState.Succeeded,
            }));
            await db.SaveChangesAsync();
        }
        var list = database.Get<TrainingList>();

        Assert.Equal(running, Assert.Single((await list.InStatesAsync(owner, new(Take: 1), [WorkloadState.Running, WorkloadState.Starting], default)).Value.Items).Id);
        Assert.Empty((await list.InStatesAsync(outsider, new(), [WorkloadState.Running], default)).Value.Items);
        Assert.Equal(["ended 1", "ended 2"], (await list.EndedSinceAsync(owner, now.AddHours(-2.5), 6, default)).Value.Select(r => r.Name));
        Assert.Empty((await list.EndedSinceAsync(outsider, now.AddDays(-1), 6, default)).Value);
    }

    private static async Task<(Actor Owner, Guid Run)> RunAsync(TestDatabase database)
    {
        var (owner, project) = await NotebookServiceTests.ProjectAsync(database);
        var draft = new TrainingDraft(Guid.CreateVersion7(), project, "fraud") { Code = "print(1)" };
        var id = (await database.Get<TrainingService>().LaunchAsync(owner, draft, default)).Value;
        await using var db = await database.OpenAsync();
        await db.Set<TrainingRun>().ExecuteUpdateAsync(s => s.SetProperty(r => r.TokenHash, TrainingReconciler.HashOf(Token)));
        return (owner, id);
    }
}

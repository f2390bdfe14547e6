using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Drift.Policy;
using Portal.Core.Monitoring;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Monitoring;

public class MonitoringTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Upload_OfAQuietWeekThenADrift_AlertsAfterTwoWindows(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync();
        var quiet = await world.Ingest.UploadAsync(world.Scientist, id, "week.csv", MonitoringWorld.Days(0, 7, 0), null, default);
        Assert.Equal((2100L, 7), (quiet.Value.Rows, quiet.Value.Windows));
        var before = await DashboardAsync(world, id);
        Assert.Null(before.AlertSince);
        Assert.DoesNotContain(before.Windows, w => w.Level == DriftLevel.Drift);

        await world.Ingest.UploadAsync(world.Scientist, id, "bad.csv", MonitoringWorld.Days(7, 2, 1.5), null, default);
        var after = await DashboardAsync(world, id);
        Assert.Equal([DriftLevel.Drift, DriftLevel.Drift], after.Windows.TakeLast(2).Select(w => w.Level));
        Assert.NotNull(after.AlertSince);
        Assert.Equal(DriftLevel.Drift, after.Features.Single(f => f.Name == "amount").Results[^1]!.Level);
        Assert.NotEqual(DriftLevel.Drift, after.Features.Single(f => f.Name == "age").Results[^1]!.Level);
    }

    [Theory, EachProvider]
    public async Task LateRows_ChangeTheirOwnWindow_AsIfTheyHadComeInTime(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync();
        var rows = MonitoringWorld.Rows(9, 600, 0.4, MonitoringWorld.Day).ToArray();
        await world.Ingest.UploadAsync(world.Scientist, id, "a.csv", MonitoringWorld.File(rows[..400], time: true), null, default);
        await world.Ingest.UploadAsync(world.Scientist, id, "b.csv", MonitoringWorld.File(rows[400..], time: true), null, default);
        var late = await DashboardAsync(world, id);

        var whole = (await world.Setup.CreateAsync(world.Scientist, new ModelDraft(Guid.CreateVersion7(), world.Project, "whole", "1", WindowLength.Day), default)).Value;
        await world.Setup.SetReferenceAsync(world.Scientist, whole, "training.csv", MonitoringWorld.Reference(), ReferenceOptions.Inferred, default);
        await world.Ingest.UploadAsync(world.Scientist, whole, "all.csv", MonitoringWorld.File(rows, time: true), null, default);
        var once = await DashboardAsync(world, whole);

        Assert.Equal(600, late.Windows.Single().Rows);
        Assert.Equal(once.Features.Select(f => (f.Results[0]!.Psi, f.Results[0]!.Ks, f.Results[0]!.Level)), late.Features.Select(f => (f.Results[0]!.Psi, f.Results[0]!.Ks, f.Results[0]!.Level)));
    }

    [Theory, EachProvider]
    public async Task SameFileTwice_IsRefusedAndCountedOnce(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync();
        await world.Ingest.UploadAsync(world.Scientist, id, "a.csv", MonitoringWorld.Days(0, 1, 0), null, default);
        var again = await world.Ingest.UploadAsync(world.Scientist, id, "renamed.csv", MonitoringWorld.Days(0, 1, 0), null, default);
        Assert.Equal("monitored_model.same_file", again.Refusal?.Code);
        Assert.Equal(300, (await DashboardAsync(world, id)).Windows.Single().Rows);
    }

    [Theory, EachProvider]
    public async Task UploadsAtOnce_IntoOneWindow_LoseNothing(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() =>
            world.Ingest.UploadAsync(world.Scientist, id, $"{i}.csv", MonitoringWorld.Days(0, 1, 0, seed: 100 + i), null, default))));
        Assert.Equal(1800, (await DashboardAsync(world, id)).Windows.Single().Rows);
    }

    [Theory, EachProvider]
    public async Task Events_AreCountedOnceAndPoisonDoesNotBlock(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync();
        InferenceEvent Request(string name, string body) => new(name, "org.kubeflow.serving.inference.request", "credit", MonitoringWorld.Day.AddHours(3), Encoding.UTF8.GetBytes(body));
        InferenceEvent Answer(string name, string body) => Request(name, body) with { Type = "org.kubeflow.serving.inference.response" };
        InferenceEvent[] received =
        [
            Request("1", """{"instances": [[3100.5, 40, "car"], [2500, null, "hom"]]}"""), Answer("1", """{"predictions": [0.61, 0.4]}"""),
            Request("1", """{"instances": [[3100.5, 40, "car"], [2500, null, "hom"]]}"""),
            Request("2", "this is no JSON"),
            Request("3", """{"inputs": [{"name": "amount", "shape": [2], "datatype": "FP64", "data": [1, 2]}, {"name": "purpose", "shape": [2], "datatype": "BYTES", "data": ["car", "boat"]}]}"""),
            Request("1", """{"instances": [{"amount": 7, "purpose": "stu"}]}"""),
        ];
        foreach (var one in received) Assert.True((await world.Ingest.ReceiveAsync(world.Scientist, id, one, default)).Succeeded);
        Assert.Equal(5, await world.Database.Get<DriftEvents>().ProcessAsync(default));
        Assert.Equal(0, await world.Database.Get<DriftEvents>().ProcessAsync(default));

        var dashboard = await DashboardAsync(world, id);
        Assert.Equal((1L, 1L, 1L), (dashboard.Duplicates, dashboard.IdConflicts, dashboard.Unreadable));
        Assert.Equal(5, dashboard.Windows.Single().Rows);
        Assert.Equal([5L, 1L, 5L, 2L], dashboard.Features.Select(f => f.Results[0]!.Values));
    }

    [Theory, EachProvider]
    public async Task Events_OfAModelThatCannotBeCounted_DoNotHoldUpThoseOfOthers(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var (broken, sound) = (await world.ModelAsync(), await world.ModelAsync("other"));
        await using (var db = await world.Database.OpenAsync())
        {
            var reference = await db.Set<MonitoredModel>().Where(m => m.Id == broken).Select(m => m.ReferenceId).SingleAsync();
            await db.Set<ReferenceFeature>().Where(f => f.ReferenceId == reference).ExecuteUpdateAsync(s => s.SetProperty(f => f.Data, new byte[] { 1 }));
        }
        foreach (var model in new[] { broken, sound })
            Assert.True((await world.Ingest.ReceiveAsync(world.Scientist, model, Instance("1"), default)).Succeeded);

        Assert.Equal(1, await world.Database.Get<DriftEvents>().ProcessAsync(default));

        Assert.Equal(1, (await DashboardAsync(world, sound)).Windows.Single().Rows);
        await using var after = await world.Database.OpenAsync();
        Assert.Equal(broken, (await after.Set<IngestedEvent>().SingleAsync(e => e.Pending)).ModelId);
    }

    [Theory, EachProvider]
    public async Task Events_OfAModelWithoutAReference_WaitTwoDaysForIt(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync(withReference: false);
        var events = world.Database.Get<DriftEvents>();
        await world.Ingest.ReceiveAsync(world.Scientist, id, Instance("1"), default);
        world.Database.Clock.Advance(TimeSpan.FromHours(47));
        await world.Ingest.ReceiveAsync(world.Scientist, id, Instance("2"), default);
        await events.ForgetAsync(default);
        Assert.Equal(2, await PendingAsync());

        world.Database.Clock.Advance(TimeSpan.FromHours(2));
        await events.ForgetAsync(default);
        Assert.Equal(1, await PendingAsync());

        Assert.True((await world.Setup.SetReferenceAsync(world.Scientist, id, "training.csv", MonitoringWorld.Reference(), ReferenceOptions.Inferred, default)).Succeeded);
        Assert.Equal(1, await events.ProcessAsync(default));

        async Task<int> PendingAsync()
        {
            await using var db = await world.Database.OpenAsync();
            return await db.Set<IngestedEvent>().CountAsync(e => e.Pending);
        }
    }

    private static InferenceEvent Instance(string name) => new(
        name, "org.kubeflow.serving.inference.request", "credit", MonitoringWorld.Day.AddHours(3), Encoding.UTF8.GetBytes("""{"instances": [[3100.5, 40, "car"]]}"""));

    [Theory, EachProvider]
    public async Task Rows_AsJson_GoToTheWindowOfTheirTime(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync();
        using var rows = JsonDocument.Parse("""[{"amount": 1200, "age": "x", "purpose": "car", "time": "2026-03-02T10:00:00Z"}, {"amount": 1300, "time": "2026-03-03T10:00:00Z"}]""");
        var added = await world.Ingest.AddRowsAsync(world.Scientist, id, rows.RootElement, default);
        Assert.Equal((2L, 2), (added.Value.Rows, added.Value.Windows));
        Assert.All((await DashboardAsync(world, id)).Windows, w => Assert.Equal(DriftLevel.Insufficient, w.Level));

        using var bad = JsonDocument.Parse("""[{"amount": 1, "time": "soon"}]""");
        Assert.Equal("csv.time_unreadable", (await world.Ingest.AddRowsAsync(world.Scientist, id, bad.RootElement, default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Limits_OfACriticalFeature_JudgeEveryWindowAgain(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync();
        await world.Ingest.UploadAsync(world.Scientist, id, "a.csv", MonitoringWorld.Days(0, 3, 0.15), null, default);
        var strict = new FeatureLimits { ModelId = id, Feature = "amount", PsiWarn = 0.001, PsiDrift = 0.002, W1Warn = 0.01, W1Drift = 0.02, Critical = true };
        Assert.True((await world.Setup.SetLimitsAsync(world.Scientist, id, strict, default)).Succeeded);
        var window = (await DashboardAsync(world, id)).Windows[0];
        var detail = (await world.Query.FeatureAsync(world.Scientist, id, window.Id, "amount", default)).Value;
        Assert.True(detail.Limits.Critical);
        Assert.Equal(1, detail.Distribution!.Reference.Sum(), 6);
        Assert.Equal(1, detail.Distribution.Current.Sum(), 6);

        strict.PsiWarn = 1;
        Assert.Equal("monitored_model.limits_order", (await world.Setup.SetLimitsAsync(world.Scientist, id, strict, default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task BadInput_IsRefusedAndNothingIsHalfMade(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync(withReference: false);
        Assert.Equal("monitored_model.no_reference", (await world.Ingest.UploadAsync(world.Scientist, id, "a.csv", MonitoringWorld.Days(0, 1, 0), null, default)).Refusal?.Code);
        Assert.Equal("csv.empty", (await world.Setup.SetReferenceAsync(world.Scientist, id, "a.csv", new MemoryStream(), ReferenceOptions.Inferred, default)).Refusal?.Code);
        Assert.Equal("csv.columns_missing", (await world.Setup.SetReferenceAsync(world.Scientist, id, "a.csv", MonitoringWorld.Reference(), new() { Label = "risk" }, default)).Refusal?.Code);
        Assert.Equal("monitored_model.name_taken", (await world.Setup.CreateAsync(world.Scientist, new ModelDraft(Guid.CreateVersion7(), world.Project, " scoring ", "2", WindowLength.Hour), default)).Refusal?.Code);

        await using var db = await world.Database.OpenAsync();
        Assert.Equal(0, await db.Set<ReferenceSet>().CountAsync());
        Assert.Equal(0, await db.Set<DriftWindow>().CountAsync());
    }

    [Theory, EachProvider]
    public async Task Delete_RemovesEverythingThatWasKept(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync();
        await world.Ingest.UploadAsync(world.Scientist, id, "a.csv", MonitoringWorld.Days(0, 2, 0), null, default);
        Assert.True((await world.Setup.DeleteAsync(world.Scientist, id, default)).Succeeded);
        await using var db = await world.Database.OpenAsync();
        Assert.Equal(0, await db.Set<WindowSketch>().CountAsync());
        Assert.Equal(0, await db.Set<ReferenceFeature>().CountAsync());
        Assert.Equal("monitored_model.not_found", (await world.Query.GetAsync(world.Scientist, id, 10, default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Forget_DropsDaysAfterFourHundredAndKeepsTheRest(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync();
        await world.Ingest.UploadAsync(world.Scientist, id, "a.csv", MonitoringWorld.Days(0, 3, 0), null, default);
        var events = world.Database.Get<DriftEvents>();
        world.Database.Clock.SetUtcNow(MonitoringWorld.Day.AddDays(399));
        await events.ForgetAsync(default);
        Assert.Equal(3, (await DashboardAsync(world, id)).Windows.Count);

        // Of an old day to which rows came lately nothing is dropped.
        await world.Ingest.UploadAsync(world.Scientist, id, "late.csv", MonitoringWorld.Days(0, 1, 0, seed: 5), null, default);
        world.Database.Clock.SetUtcNow(MonitoringWorld.Day.AddDays(410));
        await events.ForgetAsync(default);
        Assert.Equal(MonitoringWorld.Day, (await DashboardAsync(world, id)).Windows.Single().Start);
        await using var db = await world.Database.OpenAsync();
        Assert.Equal(4, await db.Set<WindowSketch>().CountAsync());
    }

    [Theory, EachProvider]
    public async Task RowsAtTheEdgesOfADay_GoToTheDayOfTheirInstantInUtc(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        var id = await world.ModelAsync();
        using var rows = JsonDocument.Parse(
            """
            [{"amount": 1, "time": "2026-03-02T23:59:59.9999999Z"}, {"amount": 2, "time": "2026-03-03T00:00:00Z"},
             {"amount": 3, "time": "2026-03-03T00:30:00+01:00"}, {"amount": 4, "time": "2026-03-02T23:30:00-01:00"}]
            """);
        await world.Ingest.AddRowsAsync(world.Scientist, id, rows.RootElement, default);
        await world.Ingest.UploadAsync(world.Scientist, id, "edges.csv",
            new MemoryStream("amount,age,purpose,score,time\n1,40,car,0.5,2026-03-03T00:30:00+01:00\n1,40,car,0.5,2026-03-03T00:00:00Z\n"u8.ToArray()), null, default);
        var windows = (await DashboardAsync(world, id)).Windows;
        Assert.Equal(
            [(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero), 3L), (new DateTimeOffset(2026, 3, 3, 0, 0, 0, TimeSpan.Zero), 3L)],
            windows.Select(w => (w.Start, w.Rows)));
    }

    [Theory, EachProvider]
    public async Task List_ShowsOnlyProjectsOneMaySee(Provider provider)
    {
        await using var world = await MonitoringWorld.CreateAsync(provider, server);
        await world.ModelAsync();
        var stranger = await world.Database.PersonAsync("stranger");
        Assert.Single((await world.Query.ListAsync(world.Scientist, new(), null, default)).Value.Items);
        Assert.Empty((await world.Query.ListAsync(stranger, new(), null, default)).Value.Items);
    }

    private static async Task<ModelDashboard> DashboardAsync(MonitoringWorld world, Guid id) => (await world.Query.GetAsync(world.Scientist, id, 45, default)).Value;
}

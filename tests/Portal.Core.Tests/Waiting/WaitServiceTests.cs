using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Tests.Quotas;
using Portal.Core.Training;
using Portal.Core.Waiting;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Waiting;

/// <summary>What a reader is told of waiting: names only as far as they may see them, and an estimate from what the database keeps.</summary>
public class WaitServiceTests(PostgresServer server)
{
    private const string Short = "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor trial-gpu, 1 more needed";

    [Theory, EachProvider]
    public async Task OfTraining_HeldByAProjectThatTheReaderMayNotSee_HasNoName(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var run = await QueuedAsync(stage);

        var mine = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run, default)).Value;
        var everything = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Admin, run, default)).Value;

        Assert.True(mine.Waits);
        Assert.Equal(("Trial GPU", 2m, 1m), (mine.Lines[0].Pool, mine.Lines[0].Needed, mine.Lines[0].ShortBy));
        Assert.Equal((null, null, false), (mine.Holders[0].Project, mine.Holders[0].Team, mine.Holders[0].IsOwn));
        Assert.Equal(("Fraud", "Markets"), (everything.Holders[0].Project, everything.Holders[0].Team));
    }

    [Theory, EachProvider]
    public async Task OfTraining_TooLittleHistory_SaysHowMuchThereIs(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var run = await QueuedAsync(stage);

        var report = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run, default)).Value;

        Assert.Null(report.Estimate);
        Assert.Equal(0, report.TooFew);
    }

    [Theory, EachProvider]
    public async Task OfTraining_HistoryOfThePool_GivesAnEstimateWithItsRange(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var run = await QueuedAsync(stage);
        await using (var db = await stage.Database.OpenAsync())
        {
            for (var i = 0; i < 30; i++)
            {
                var queued = stage.Now.AddHours(-40 + i);
                db.Add(new PoolStay { WorkloadId = Guid.NewGuid(), PoolId = stage.Pool, Units = 2, QueuedAt = queued, StartedAt = queued, EndedAt = queued.AddMinutes(30 + i) });
            }
            await db.SaveChangesAsync();
        }

        var report = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run, default)).Value;

        Assert.Equal(30, report.Estimate!.Samples);
        Assert.True(report.Estimate.Earliest <= report.Estimate.Median && report.Estimate.Median <= report.Estimate.Latest);
    }

    [Theory, EachProvider]
    public async Task Observe_FromTheQueueToTheEnd_IsOneStayWithTheRankOfItsStart(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await QueuedAsync(stage);
        await using var db = await stage.Database.OpenAsync();
        var run = await db.Set<TrainingRun>().SingleAsync(r => r.Id == id);
        var at = stage.Now;

        var stay = await PoolStays.ObserveAsync(db, run, 2, at, null, null, default);
        PoolStays.Keep(stay!, [.. Enumerable.Range(0, 100).Select(i => i * 60.0)], at);
        await db.SaveChangesAsync();
        await PoolStays.ObserveAsync(db, run, 2, at, at.AddMinutes(49), null, default);
        await db.SaveChangesAsync();
        await PoolStays.ObserveAsync(db, run, 2, at, at.AddMinutes(49), at.AddMinutes(80), default);
        await db.SaveChangesAsync();
        await PoolStays.ObserveAsync(db, run, 2, at, at.AddMinutes(49), at.AddMinutes(80), default);
        await db.SaveChangesAsync();

        var kept = Assert.Single(await db.Set<PoolStay>().AsNoTracking().ToListAsync());
        Assert.Equal((at.AddMinutes(49), at.AddMinutes(80)), (kept.StartedAt, kept.EndedAt));
        Assert.InRange(kept.Rank!.Value, 0.45, 0.55);
        Assert.Equal([31 * 60.0], (await PoolStays.HistoryAsync(db, stage.Pool, default)).Stays.Select(s => s.Seconds));
    }

    private static async Task<Guid> QueuedAsync(QuotaStage stage)
    {
        var bob = await stage.Database.PersonAsync("bob");
        var other = await stage.NewProjectAsync("Fraud", await stage.Database.TeamAsync("Markets", bob), bob);
        await using var db = await stage.Database.OpenAsync();
        var namespaces = await db.Projects.ToDictionaryAsync(p => p.Id, p => p.Namespace);
        var flavor = await db.Set<HardwarePool>().Select(p => p.Slug).SingleAsync();
        var run = new TrainingDraft(Guid.CreateVersion7(), stage.Project, "fraud") { Code = "print(1)", PoolId = stage.Pool, Accelerators = 2 }
            .ToRun(stage.Ana, new("small", 500, 1024), 1, stage.Now);
        run.SetStatus(new WorkloadStatus(WorkloadState.Pending, "quota.waiting"), stage.Now);
        db.Add(run);
        await db.SaveChangesAsync();
        var world = new WaitWorld().Project(namespaces[stage.Project], $"{flavor}=1").Project(namespaces[other], $"{flavor}=4")
            .Runs(namespaces[other], "theirs", 4, flavor);
        var mine = world.Waits(namespaces[stage.Project], "mine", 2, message: Short.Replace("trial-gpu", flavor, StringComparison.Ordinal));
        mine["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["name"] = run.ObjectName, ["uid"] = "u" });
        foreach (var (kind, items) in new[]
        {
            (Kinds.ClusterQueue, world.Snapshot.ClusterQueues), (Kinds.LocalQueue, world.Snapshot.LocalQueues), (Kinds.Workload, world.Snapshot.Workloads),
        })
        {
            foreach (var item in items)
                stage.Cluster.With(kind, item);
        }
        return run.Id;
    }
}

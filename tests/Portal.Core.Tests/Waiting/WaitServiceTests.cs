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
    public async Task OfTraining_FlavorOfNoPool_IsCalledByItsOwnName(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var run = await QueuedAsync(stage, own: "=1 spare=1");

        var report = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run, default)).Value;

        Assert.Equal(["Trial GPU", "spare"], report.Lines.Select(l => l.Pool));
    }

    [Theory, EachProvider]
    public async Task OfTraining_RunsOnWhatOthersLent_SaysHowMuchAndNamesOnlyWhomTheReaderMaySee(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var run = await QueuedAsync(stage, held: 1, holds: true);

        var mine = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run, default)).Value;
        var everything = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Admin, run, default)).Value;

        Assert.False(mine.Waits);
        var line = Assert.Single(mine.Borrowed);
        Assert.Equal(("Trial GPU", 1m, 0, 1), (line.Pool, line.Amount, line.Lenders.Count, line.Others));
        Assert.Equal(("Fraud", "Markets"), (everything.Borrowed[0].Lenders[0].Project, everything.Borrowed[0].Lenders[0].Team));
    }

    [Theory, EachProvider]
    public async Task OfTraining_RunsInAQueueThatSaysThatItBorrowsNothing_IsToldByThatAlone(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var run = await QueuedAsync(stage, held: 1, holds: true);
        await using var db = await stage.Database.OpenAsync();
        var ns = await db.Projects.Where(p => p.Id == stage.Project).Select(p => p.Namespace).SingleAsync();
        var lines = new List<int>();
        foreach (var borrowed in (string[])["0", "1"])
        {
            stage.Cluster.With(Kinds.ClusterQueue, stage.Cluster.Find(new ObjectKey(Kinds.ClusterQueue, null, ns))!.With("status", JsonNode.Parse($$"""
                {"flavorsReservation":[{"name":"f","resources":[{"name":"{{QuotaStage.Gpu}}","total":"2","borrowed":"{{borrowed}}"}]}]}
                """)!));
            lines.Add((await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run, default)).Value.Borrowed.Count);
        }

        Assert.Equal([0, 1], lines);
    }

    [Theory, EachProvider]
    public async Task OfTraining_OnSeveralNodes_OffersWhatTheFormAsksForOnEach(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var run = await QueuedAsync(stage, nodes: 2, held: 2);

        var report = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run, default)).Value;

        var smaller = Assert.Single(report.Options, o => o.Kind == StartOptionKind.Smaller);
        Assert.Equal((2, 1), (smaller.Amount, smaller.OnEach));
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
                db.Add(new PoolStay { WorkloadId = Guid.NewGuid(), PoolId = stage.Pool, Accelerators = 2, QueuedAt = queued, StartedAt = queued, EndedAt = queued.AddMinutes(30 + i) });
            }
            await db.SaveChangesAsync();
        }

        var report = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run, default)).Value;

        Assert.Equal(30, report.Estimate!.Samples);
        Assert.True(report.Estimate.Earliest <= report.Estimate.Median && report.Estimate.Median <= report.Estimate.Latest);
    }

    [Theory, EachProvider]
    public async Task OfTraining_PoolBusyWithAProjectThatTakesNothingFromItsQueue_IsEstimatedAsWithoutIt(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var run = await QueuedAsync(stage, own: "=4//0", other: "=4//0", ownHeld: 4);
        await PastAsync(stage, stage.Project, stays: 30, accelerators: 4, everyMinutes: 20);
        var before = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run, default)).Value.Estimate;

        // What comes there is small and would take what ends here before there is enough for it, were it to come here.
        await using (var db = await stage.Database.OpenAsync())
        {
            foreach (var project in await db.Projects.Where(p => p.Id != stage.Project).Select(p => p.Id).ToListAsync())
                await PastAsync(stage, project, stays: 270, accelerators: 1, everyMinutes: 2);
        }
        var after = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run, default)).Value.Estimate;

        // Everything runs for an hour: the second of what runs ends in thirty minutes.
        Assert.Equal((30, TimeSpan.FromMinutes(30)), (before?.Samples, before?.Median));
        Assert.Equal(before! with { Samples = 300 }, after);
    }

    [Theory, EachProvider]
    public async Task Observe_PushedOutAndStartedAgain_IsAStayOfItsOwn(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await QueuedAsync(stage);
        await using var db = await stage.Database.OpenAsync();
        var run = await db.Set<TrainingRun>().Include(r => r.Project).SingleAsync(r => r.Id == id);
        var at = stage.Now;
        await SeesAsync(WorkloadState.Pending, 0, null);
        await SeesAsync(WorkloadState.Running, 5, at.AddMinutes(5));
        await SeesAsync(WorkloadState.Pending, 65, at.AddMinutes(5));
        await SeesAsync(WorkloadState.Pending, 70, at.AddMinutes(5));
        // It may go on, and the pod that was pushed out is still the newest.
        await SeesAsync(WorkloadState.Starting, 664, at.AddMinutes(5));
        await SeesAsync(WorkloadState.Running, 665, at.AddMinutes(665));
        await SeesAsync(WorkloadState.Succeeded, 785, at.AddMinutes(665), at.AddMinutes(785));

        var kept = await db.Set<PoolStay>().AsNoTracking().OrderBy(s => s.QueuedAt).ToListAsync();
        Assert.Equal(
            [(at, at.AddMinutes(5), at.AddMinutes(65)), (at.AddMinutes(65), at.AddMinutes(665), at.AddMinutes(785))],
            kept.Select(s => (s.QueuedAt, s.StartedAt, s.EndedAt)));
        Assert.Equal([3600.0, 7200], (await PoolStays.HistoryAsync(db, run, StayResource.Accelerators, default)).Stays.Select(s => s.Seconds));

        async Task SeesAsync(WorkloadState state, int minute, DateTimeOffset? startedAt, DateTimeOffset? endedAt = null)
        {
            run.SetStatus(new WorkloadStatus(state), at.AddMinutes(minute));
            await PoolStays.ObserveAsync(db, run, new(2, 1, 4), at, startedAt, endedAt, default);
            await db.SaveChangesAsync();
        }
    }

    [Theory, EachProvider]
    public async Task Observe_FromTheQueueToTheEnd_IsOneStayWithTheRankOfItsStart(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await QueuedAsync(stage);
        await using var db = await stage.Database.OpenAsync();
        var run = await db.Set<TrainingRun>().Include(r => r.Project).SingleAsync(r => r.Id == id);
        var at = stage.Now;

        var stay = await PoolStays.ObserveAsync(db, run, new(2, 1, 4, Nodes: 3), at, null, null, default);
        PoolStays.Keep(stay!, StayResource.Accelerators, [.. Enumerable.Range(0, 100).Select(i => i * 60.0)], at);
        await db.SaveChangesAsync();
        await PoolStays.ObserveAsync(db, run, new(2, 1, 4, Nodes: 3), at, at.AddMinutes(49), null, default);
        await db.SaveChangesAsync();
        // Its size has left the catalogue meanwhile: what was written down of it stays.
        await PoolStays.ObserveAsync(db, run, null, at, at.AddMinutes(49), at.AddMinutes(80), default);
        await db.SaveChangesAsync();
        await PoolStays.ObserveAsync(db, run, new(2, 1, 4, Nodes: 3), at, at.AddMinutes(49), at.AddMinutes(80), default);
        await db.SaveChangesAsync();

        var kept = Assert.Single(await db.Set<PoolStay>().AsNoTracking().ToListAsync());
        Assert.Equal((at.AddMinutes(49), at.AddMinutes(80)), (kept.StartedAt, kept.EndedAt));
        Assert.InRange(kept.Rank!.Value, 0.45, 0.55);
        // A queue counts all its nodes, a node only what was on it. The forecast was made of accelerators.
        foreach (var (resource, onANode, units, ranks) in new[]
        {
            (StayResource.Accelerators, false, 6.0, 1), (StayResource.Accelerators, true, 2, 1), (StayResource.Memory, false, 12.0 * (1L << 30), 0),
        })
        {
            var history = await PoolStays.HistoryAsync(db, run, resource, default, onANode);
            Assert.Equal([(units, 31 * 60.0)], history.Stays.Select(s => (s.Units, s.Seconds)));
            Assert.Equal(ranks, history.Ranks.Count);
        }
    }

    [Theory, EachProvider]
    public async Task OfTraining_UnplacedWithoutKueue_IsEstimatedFromThePoolsHistory(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var run = await UnplacedAsync(stage, 2);
        await using (var db = await stage.Database.OpenAsync())
        {
            for (var i = 0; i < 30; i++)
                db.Add(Stay(Guid.NewGuid(), stage.Pool, stage.Now.AddHours(i - 40), 30 + i));
            await db.SaveChangesAsync();
        }

        var report = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run.Id, default)).Value;

        Assert.Equal(WaitKind.Room, report.Kind);
        var holder = Assert.Single(report.Holders);
        Assert.Equal((null, false, 4m, null), (holder.Project, holder.IsOwn, holder.Amount, holder.Since));
        Assert.Equal(30, report.Estimate!.Samples);
        // What runs there has ten minutes behind it and others took thirty at least.
        Assert.True(report.Estimate.Median > TimeSpan.FromMinutes(5), $"{report.Estimate}");
        Assert.True(report.Estimate.Earliest <= report.Estimate.Median && report.Estimate.Median <= report.Estimate.Latest);
    }

    [Theory, EachProvider]
    public async Task OfTraining_StayThatWentWithItsProject_HoldsNothing(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var run = await UnplacedAsync(stage, 2);
        await using (var db = await stage.Database.OpenAsync())
        {
            for (var i = 0; i < 30; i++)
                db.Add(Stay(Guid.NewGuid(), stage.Pool, stage.Now.AddHours(i - 40), 30));
            await db.SaveChangesAsync();
        }
        var before = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run.Id, default)).Value.Estimate;
        await using (var db = await stage.Database.OpenAsync())
        {
            // It would be about to end, for it has run longer than any other.
            db.Add(new PoolStay { WorkloadId = Guid.NewGuid(), PoolId = stage.Pool, Accelerators = 4, QueuedAt = stage.Now.AddDays(-2), StartedAt = stage.Now.AddDays(-2) });
            await db.SaveChangesAsync();
        }

        var after = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run.Id, default)).Value.Estimate;

        Assert.NotNull(before);
        Assert.Equal(before, after);
    }

    [Theory, EachProvider]
    public async Task Observe_UnplacedWithoutKueue_KeepsTheForecastThatItIsHeldAgainst(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = (await UnplacedAsync(stage, 2)).Id;
        await using var db = await stage.Database.OpenAsync();
        for (var i = 0; i < 30; i++)
            db.Add(Stay(Guid.NewGuid(), stage.Pool, stage.Now.AddHours(i - 40), 30 + i));
        await db.SaveChangesAsync();
        var run = await db.Set<TrainingRun>().Include(r => r.Project).SingleAsync(r => r.Id == id);

        await WaitRecords.ObserveAsync(db, stage.Cluster, run, new(2, 1, 4), stage.Now, null, null, stage.Now, default);
        await db.SaveChangesAsync();

        var kept = await db.Set<PoolStay>().AsNoTracking().SingleAsync(s => s.WorkloadId == id);
        Assert.Equal(stage.Now, kept.ForecastAt);
        Assert.NotEmpty(kept.Forecast);
    }

    [Theory, EachProvider]
    public async Task History_OfCoresAndMemory_IsThatOfItsOwnCluster(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var elsewhere = await stage.NewProjectAsync("Elsewhere");
        var other = await stage.Database.ClusterAsync("Other");
        await using var db = await stage.Database.OpenAsync();
        await db.Projects.Where(p => p.Id == elsewhere).ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, other));
        foreach (var (project, seconds) in new[] { (stage.Project, 60), (elsewhere, 7200) })
        {
            var run = Run(stage, project, pool: null, 0);
            db.Add(run);
            db.Add(Stay(run.Id, null, stage.Now.AddHours(-3), seconds / 60));
        }
        db.Add(Stay(Guid.NewGuid(), stage.Pool, stage.Now.AddHours(-3), 5));
        await db.SaveChangesAsync();
        var mine = await db.Set<TrainingRun>().Include(r => r.Project).SingleAsync(r => r.ProjectId == stage.Project);

        foreach (var resource in (StayResource[])[StayResource.Cores, StayResource.Memory])
            Assert.Equal([(60.0, PriorityClass.Experiment.Value)], (await PoolStays.HistoryAsync(db, mine, resource, default)).Stays.Select(s => (s.Seconds, s.Priority)));
    }

    [Theory, EachProvider]
    public async Task OfTraining_ShortOfMemory_IsEstimatedFromWhatHeldMemoryInItsCluster(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await using var db = await stage.Database.OpenAsync();
        var ns = await db.Projects.Where(p => p.Id == stage.Project).Select(p => p.Namespace).SingleAsync();
        var run = Run(stage, stage.Project, pool: null, 0);
        run.SetStatus(new WorkloadStatus(WorkloadState.Pending, "pod.no_room"), stage.Now);
        db.Add(run);
        // One with accelerators holds memory like any other; of one that was written down before, nobody knows how much.
        for (var i = 0; i < 31; i++)
        {
            var past = Run(stage, stage.Project, i % 2 == 0 ? stage.Pool : null, 0);
            var stay = Stay(past.Id, past.PoolId, stage.Now.AddHours(i - 40), 30 + i);
            stay.MemoryGiB = i == 30 ? 0 : 4;
            db.AddRange(past, stay);
        }
        var theirs = Run(stage, stage.Project, pool: null, 0);
        var since = stage.Now.AddMinutes(-10);
        db.AddRange(theirs, new PoolStay { WorkloadId = theirs.Id, Cores = 1, MemoryGiB = 6, QueuedAt = since, StartedAt = since });
        await db.SaveChangesAsync();
        stage.Cluster
            .With(Kinds.Node, Json("""
                {"metadata":{"name":"n1"},"spec":{},"status":{"allocatable":{"cpu":"8","memory":"8Gi"},"conditions":[{"type":"Ready","status":"True"}]}}
                """))
            .With(Kinds.Pod, Json($$"""
                {"metadata":{"name":"theirs","namespace":"{{ns}}"},"status":{"phase":"Running"},
                "spec":{"nodeName":"n1","containers":[{"name":"c","resources":{"requests":{"cpu":"1","memory":"6Gi"} } }]} }
                """))
            .With(Kinds.Pod, Owned(Json($$"""
                {"metadata":{"name":"mine","namespace":"{{ns}}"},"spec":{"containers":[{"name":"c","resources":{"requests":{"cpu":"1","memory":"4Gi"} } }]},
                "status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable",
                "message":"0/1 nodes are available: 1 Insufficient memory."}]} }
                """), ns, run.Id));

        var report = (await stage.Database.Get<WaitService>().OfTrainingAsync(stage.Ana, run.Id, default)).Value;

        Assert.Equal(WaitKind.Room, report.Kind);
        Assert.Equal(30, report.Estimate!.Samples);
        // Nothing but the end of what runs there, ten minutes in of the thirty that others took at least, makes room.
        Assert.True(report.Estimate.Median > TimeSpan.FromMinutes(5), $"{report.Estimate}");
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static PoolStay Stay(Guid workload, Guid? pool, DateTimeOffset queued, int minutes) =>
        new() { WorkloadId = workload, PoolId = pool, Accelerators = pool is null ? 0 : 2, Cores = 1, MemoryGiB = 4, QueuedAt = queued, StartedAt = queued, EndedAt = queued.AddMinutes(minutes) };

    private static TrainingRun Run(QuotaStage stage, Guid project, Guid? pool, int accelerators) =>
        new TrainingDraft(Guid.CreateVersion7(), project, "fraud") { Code = "print(1)", PoolId = pool, Accelerators = accelerators }
            .ToRun(stage.Ana, new("small", 500, 1024), 1, stage.Now);

    // A node whose four units another run holds since ten minutes, and a pod of ours that the scheduler could not place.
    private static async Task<TrainingRun> UnplacedAsync(QuotaStage stage, int gpus)
    {
        await using var db = await stage.Database.OpenAsync();
        var ns = await db.Projects.Where(p => p.Id == stage.Project).Select(p => p.Namespace).SingleAsync();
        var run = Run(stage, stage.Project, stage.Pool, gpus);
        run.SetStatus(new WorkloadStatus(WorkloadState.Pending, "pod.no_room"), stage.Now);
        var theirs = Run(stage, stage.Project, stage.Pool, 4);
        var since = stage.Now.AddMinutes(-10);
        db.AddRange(run, theirs, new PoolStay { WorkloadId = theirs.Id, PoolId = stage.Pool, Accelerators = 4, QueuedAt = since, StartedAt = since });
        await db.SaveChangesAsync();
        stage.Cluster.WithNode("n1", QuotaStage.Gpu, 4).WithPod("other", "theirs", "n1", QuotaStage.Gpu, 4)
            .With(Kinds.Pod, Owned(WaitWorld.Unplaced(gpus, "0/1 nodes are available: 1 Insufficient nvidia.com/gpu."), ns, run.Id));
        return run;
    }

    private static JsonObject Owned(JsonObject pod, string ns, Guid run)
    {
        var metadata = pod["metadata"]!.AsObject();
        metadata["namespace"] = ns;
        metadata["labels"] = new JsonObject { [Manifest.KindLabel] = nameof(TrainingRun), [Manifest.IdLabel] = run.ToString("D") };
        return pod;
    }

    private static async Task PastAsync(QuotaStage stage, Guid project, int stays, int accelerators, int everyMinutes)
    {
        await using var db = await stage.Database.OpenAsync();
        for (var i = 1; i <= stays; i++)
        {
            var past = Run(stage, project, stage.Pool, accelerators);
            var stay = Stay(past.Id, stage.Pool, stage.Now.AddMinutes(-everyMinutes * i), 60);
            stay.Accelerators = accelerators;
            db.AddRange(past, stay);
        }
        await db.SaveChangesAsync();
    }

    private static async Task<Guid> QueuedAsync(
        QuotaStage stage, int nodes = 1, int held = 4, string own = "=1", string other = "=4", int ownHeld = 0, bool holds = false)
    {
        var bob = await stage.Database.PersonAsync("bob");
        var fraud = await stage.NewProjectAsync("Fraud", await stage.Database.TeamAsync("Markets", bob), bob);
        await using var db = await stage.Database.OpenAsync();
        var namespaces = await db.Projects.ToDictionaryAsync(p => p.Id, p => p.Namespace);
        var flavor = await db.Set<HardwarePool>().Select(p => p.Slug).SingleAsync();
        var run = new TrainingDraft(Guid.CreateVersion7(), stage.Project, "fraud") { Code = "print(1)", PoolId = stage.Pool, Accelerators = 2 }
            .ToRun(stage.Ana, new("small", 500, 1024), 1, stage.Now);
        run.SetStatus(new WorkloadStatus(WorkloadState.Pending, "quota.waiting"), stage.Now);
        db.Add(run);
        await db.SaveChangesAsync();
        var world = new WaitWorld().Project(namespaces[stage.Project], flavor + own).Project(namespaces[fraud], flavor + other)
            .Runs(namespaces[fraud], "theirs", held, flavor);
        // One after the other, ten minutes apart.
        for (var i = 1; i <= ownHeld; i++)
            world.Runs(namespaces[stage.Project], $"ours-{i}", 1, flavor, (WaitWorld.Now - stage.Now).TotalMinutes + (10 * i));
        var mine = world.Waits(namespaces[stage.Project], "mine", 2, message: Short.Replace("trial-gpu", flavor, StringComparison.Ordinal));
        mine["spec"]!["podSets"]![0]!["count"] = nodes;
        mine["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["name"] = run.ObjectName, ["uid"] = "u" });
        if (holds)
        {
            run.SetStatus(new WorkloadStatus(WorkloadState.Running), stage.Now);
            await db.SaveChangesAsync();
            mine["status"] = new WaitWorld().Runs(namespaces[stage.Project], "mine", 2, flavor).Snapshot.Workloads[0]["status"]!.DeepClone();
        }
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

using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Hardware.Lending;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Tests.Quotas;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Hardware.Lending;

/// <summary>Whatever people ask, approve, give back and resize: the queues together never promise more than the pool has.</summary>
public class GrantHistoryTests(PostgresServer server)
{
    private const int Steps = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Queues_AfterEachStepOfARandomHistory_PromiseNoMoreThanThePool(int seed)
    {
        await using var stage = await QuotaStage.CreateAsync(Provider.Sqlite, server, capacity: 12, budget: 1000);
        stage.Cluster.WithNode("n1", QuotaStage.Gpu, 12);
        var random = new Random(seed);
        List<Guid> projects = [stage.Project, await stage.NewProjectAsync("Fraud"), await stage.NewProjectAsync("Markets"), await stage.NewProjectAsync("Treasury")];
        var largest = 0;
        for (var step = 0; step < Steps; step++)
        {
            await StepAsync(stage, random, projects);
            var (capacity, nominal) = await RenderedAsync(stage, projects);
            Assert.True(nominal <= capacity, $"{nominal} of {capacity} after step {step} of seed {seed}");
            largest = Math.Max(largest, nominal);
        }
        // A history in which nothing was ever granted would prove nothing.
        Assert.InRange(largest, 8, 64);
    }

    private static async Task StepAsync(QuotaStage stage, Random random, List<Guid> projects)
    {
        await using var db = await stage.Database.OpenAsync();
        var held = await db.Set<QuotaRequest>().AsNoTracking().Where(QuotaRequest.Holds).OrderBy(r => r.Id).Select(r => r.Id).ToListAsync();
        var pool = await db.Set<HardwarePool>().AsNoTracking().Include(p => p.Ledger).SingleAsync(p => p.Id == stage.Pool);
        switch (random.Next(10))
        {
            case < 6:
                var draft = stage.Draft(random.Next(1, 6), random.Next(2) * random.Next(4), random.Next(1, 5)) with { ProjectId = projects[random.Next(projects.Count)] };
                await stage.Requests.SubmitAsync(stage.Ana, draft, default);
                await stage.Decisions.ApproveAsync(stage.Lead, await stage.SeenAsync(draft.Id, "less"), random.Next(1, (int)draft.Amount + 1), default);
                break;
            case 6 when held.Count > 0:
                await stage.Requests.ReleaseAsync(stage.Ana, held[random.Next(held.Count)], default);
                break;
            case 7:
                stage.Database.Clock.Advance(TimeSpan.FromDays(random.Next(1, 3)));
                QuotaStage.Ok(await stage.Requests.AdvanceAsync(Actor.Expiry, default));
                break;
            case 8:
                var edit = new PoolEdit(pool.Id, pool.Generation, pool.Name, random.Next(8, 17), pool.PricePerHour, pool.State);
                await stage.Hardware.EditAsync(stage.Admin, edit, default);
                break;
            default:
                var policy = new LendingPolicy { Mode = (LendingMode)random.Next(3), LendPercent = random.Next(101), Reclaim = random.Next(2) == 0 };
                QuotaStage.Ok(await stage.Database.Get<LendingService>().SetAsync(stage.Admin, pool.Id, pool.Generation, new PoolLending { Default = policy }, default));
                break;
        }
    }

    private static async Task<(int Capacity, int Nominal)> RenderedAsync(QuotaStage stage, List<Guid> projects)
    {
        await using var db = await stage.Database.OpenAsync();
        var planner = stage.Database.Get<ProjectPlanner>();
        var nominal = 0;
        foreach (var id in projects)
        {
            var project = await db.Projects.AsNoTracking().Include(p => p.Members).ThenInclude(m => m.Person).Include(p => p.Team).SingleAsync(p => p.Id == id);
            var queue = ProjectQueueManifests.ClusterQueue(await planner.PlanAsync(db, project, default));
            nominal += queue.Items("spec", "resourceGroups").SelectMany(g => g.Items("flavors")).SelectMany(f => f.Items("resources"))
                .Where(r => r.Text("name") == QuotaStage.Gpu).Sum(r => int.Parse(r.Text("nominalQuota")!, CultureInfo.InvariantCulture));
        }
        return (await db.Set<PoolLedger>().Where(l => l.PoolId == stage.Pool).Select(l => l.Capacity).SingleAsync(), nominal);
    }
}

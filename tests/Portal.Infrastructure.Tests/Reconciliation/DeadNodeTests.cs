using Microsoft.EntityFrameworkCore;
using Portal.Core.Projects;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;
using Portal.Testing.Faults;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

/// <summary>Runs on a node of which the API server can no longer ask anything.</summary>
public class DeadNodeTests(PostgresServer server, EmbeddedCluster cluster)
{
    [Theory, EachProvider]
    public async Task Run_WhoseLogNobodyGives_CanBeStoppedAndEnds(Provider provider)
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var world = await ReadyAsync(provider, proxy);
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        proxy.Rule = r => IsLog(r) ? Fault.Hang : Fault.None;
        var id = await LaunchAsync(world, project.Id, "import time; time.sleep(600)");
        await UntilAsync(world, id, r => r.State == WorkloadState.Running, "it runs");
        await Eventually.TrueAsync(() => proxy.Requests.Any(r => r.Contains("/log?", StringComparison.Ordinal)), "its log is asked for");

        Assert.True((await world.Database.Get<TrainingService>().StopAsync(world.Ana, id, default)).Succeeded);

        await UntilAsync(world, id, r => r is { State: WorkloadState.Stopped, Cleared: true }, "it has ended and is cleared away");
    }

    [Theory, EachProvider]
    public async Task Run_WhoseLogBreaksOff_EndsWithoutIt(Provider provider)
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var world = await ReadyAsync(provider, proxy);
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        proxy.Rule = r => IsLog(r) ? Fault.Lines(_ => null) : Fault.None;
        var id = await LaunchAsync(world, project.Id, "print('done', flush=True)");

        await UntilAsync(world, id, r => r is { State: WorkloadState.Succeeded, Cleared: true }, "it has ended and is cleared away");

        // Before its first line was printed it may have been read whole, and empty.
        await using var db = await world.Database.OpenAsync();
        Assert.All(await db.Set<TrainingLog>().ToListAsync(), log => Assert.Empty(log.Text));
    }

    private static bool IsLog(FaultyRequest request) => request.Target.Contains("/log?", StringComparison.Ordinal);

    private async Task<ProjectWorld> ReadyAsync(Provider provider, FaultProxy proxy)
    {
        var world = await ProjectWorld.CreateAsync(provider, server, proxy.Kubeconfig);
        world.Database.Get<WorkloadOptions>().PortalAddress = new Uri("http://127.0.0.1:1/");
        await world.StartAsync();
        return world;
    }

    private static async Task<Guid> LaunchAsync(ProjectWorld world, Guid project, string code) => (await world.Database.Get<TrainingService>().LaunchAsync(
        world.Ana, new TrainingDraft(Guid.CreateVersion7(), project, "fit") { Code = code }, default)).Value;

    private static async Task UntilAsync(ProjectWorld world, Guid id, Func<TrainingRun, bool> holds, string what)
    {
        TrainingRun? run = null;
        await Eventually.TrueAsync(async () =>
        {
            await using var db = await world.Database.OpenAsync();
            return holds(run = await db.Set<TrainingRun>().AsNoTracking().SingleAsync(r => r.Id == id));
        }, () => $"{what}, and it is {run?.State} {run?.Reason} {run?.ReasonDetail}");
    }
}

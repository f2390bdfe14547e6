using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Workloads;

/// <summary>With Kueue in the version that the portal works with.</summary>
public class QueuedTrainingTests(WorkloadStage stage) : QueuedTrainingCases(stage), IClassFixture<WorkloadStage>;

/// <summary>With a Kueue that serves v1beta1 alone.</summary>
public class OlderKueueTrainingTests(OlderKueueStage stage) : QueuedTrainingCases(stage), IClassFixture<OlderKueueStage>
{
    [Fact]
    public async Task Project_OnAnOlderKueue_HasItsQueueInThatVersion()
    {
        var cluster = stage.Get<IClusters>().All[0];
        var capabilities = await cluster.Client.CapabilitiesAsync(Ct);
        Assert.True(capabilities.HasKueue && !capabilities.ServesExactly(Kinds.ClusterQueue));

        await using var db = await stage.OpenAsync();
        var project = await db.Projects.SingleAsync(p => p.Id == stage.Project, Ct);
        Assert.Equal(StepState.Done, project.Steps.Single(s => s.Kind == ProjectStepKind.Queue).State);
        var key = new ObjectKey(Kinds.ClusterQueue, null, ProjectQueueManifests.ClusterQueueName(project));
        Assert.Equal("kueue.x-k8s.io/v1beta2", (await cluster.Client.FindAsync(key, Ct)).Text("apiVersion"));
        await Eventually.TrueAsync(() => cluster.Cache.Find(key).Text("spec", "cohortName") is { Length: > 0 }, "the watch shows the queue");
    }
}

/// <summary>A cluster whose Kueue serves v1beta1 alone.</summary>
public sealed class OlderKueueStage() : WorkloadStage(options => options.KueueVersions = ["v1beta1"]);

/// <summary>Runs that ask for accelerators: queued by the cluster, started by a grant, and given back at their end.</summary>
public abstract class QueuedTrainingCases(WorkloadStage stage)
{
    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_BeyondWhatIsFree_WaitsAndStartsWhenMoreIsGranted()
    {
        var pool = await MakePoolAsync();
        await GrantAsync(pool);
        var holder = await LaunchAsync("holder", pool, "import time\ntime.sleep(600)");
        await StateAsync(holder, WorkloadState.Running);

        var waiter = await LaunchAsync("waiter", pool, "print('begun', flush=True)");
        await Eventually.TrueAsync(async () => await RunAsync(waiter) is { State: WorkloadState.Pending, Reason: "quota.waiting" },
            () => "the run says that it waits for quota");
        await GrantAsync(pool);
        await StateAsync(waiter, WorkloadState.Succeeded);
        Assert.Equal(WorkloadState.Running, (await RunAsync(holder)).State);

        Assert.True((await stage.Get<TrainingService>().StopAsync(stage.Scientist, holder, Ct)).Succeeded);
        await Eventually.TrueAsync(async () => await InUseAsync(pool) == 0, "the accelerators are given back");
        await StateAsync(holder, WorkloadState.Stopped);
    }

    private async Task<Guid> MakePoolAsync()
    {
        var admin = await stage.Portal.ActorAsync("admin");
        var pool = (await stage.Get<HardwareService>().CreateAsync(admin, new PoolDraft(Guid.CreateVersion7(), "Accelerators", "nvidia.com/gpu", 8, 1), Ct)).Value;
        Assert.True((await stage.Get<HardwareService>().SetBudgetAsync(admin, pool, stage.Team, 4, Ct)).Succeeded);
        return pool;
    }

    private async Task GrantAsync(Guid pool)
    {
        var (now, id) = (DateTimeOffset.UtcNow, Guid.CreateVersion7());
        Assert.True((await stage.Get<QuotaService>().SubmitAsync(
            stage.Scientist, new QuotaDraft(id, stage.Project, pool, 1, now, now.AddDays(2), "Retrain the scorecard"), Ct)).Succeeded);
        var lead = await stage.Portal.ActorAsync("lead");
        var hash = (await stage.Get<QuotaQueryService>().GetAsync(lead, id, Ct)).Value.ContentHash;
        Assert.True((await stage.Get<QuotaDecisionService>().ApproveAsync(lead, new QuotaDecision(id, hash), 1, Ct)).Succeeded);
    }

    private async Task<Guid> LaunchAsync(string name, Guid pool, string code)
    {
        var draft = new TrainingDraft(Guid.CreateVersion7(), stage.Project, name) { Code = code, PoolId = pool, Accelerators = 1 };
        var launched = await stage.Get<TrainingService>().LaunchAsync(stage.Scientist, draft, Ct);
        Assert.True(launched.Succeeded, launched.Refusal?.Code);
        return launched.Value;
    }

    private async Task<TrainingRun> RunAsync(Guid id) => (await stage.Get<TrainingService>().GetAsync(stage.Scientist, id, Ct)).Value.Run;

    private async Task<int> InUseAsync(Guid pool) =>
        (await stage.Get<PoolQueryService>().FindAsync(stage.Scientist, pool, Ct)).Value.Usage.InUse;

    private Task StateAsync(Guid id, WorkloadState state) => Eventually.TrueAsync(
        async () => (await RunAsync(id)).State == state, () => $"the run is {state}");
}

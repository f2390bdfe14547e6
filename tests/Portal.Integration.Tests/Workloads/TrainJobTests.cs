using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Projects;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Workloads;

/// <summary>Runs on several nodes where the cluster has Kubeflow's Trainer: TrainJobs, from the launch to their end.</summary>
public class TrainJobTests(OperatorStage stage) : IClassFixture<OperatorStage>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_OnTwoNodes_EndsAsATrainJobWithItsLogAndIsClearedAway()
    {
        var id = await LaunchAsync("several", "import os\nprint('node', os.environ['PORTAL_NODE_RANK'], 'of', os.environ['PORTAL_NODES'], flush=True)");

        var run = await EndedAsync(id, WorkloadState.Succeeded);

        Assert.Equal(("trainer.kubeflow.org/v1alpha1 TrainJob", WorkloadChoice.Served), (run.RunsAs, run.RunsAsReason));
        Assert.Contains("node 0 of 2", await LogAsync(id), StringComparison.Ordinal);
        Assert.True(run.StartedAt <= run.FinishedAt);
        await Eventually.TrueAsync(async () => (await RunAsync(id)).Cleared, "the run is cleared away");
        var cluster = stage.Get<IClusters>().All[0].Client;
        var ns = await NamespaceAsync();
        foreach (var kind in new[] { TrainingKinds.TrainJob, TrainingKinds.TrainingRuntime })
            Assert.Null(await cluster.FindAsync(new ObjectKey(kind, ns, run.ObjectName), Ct));
        await Eventually.TrueAsync(async () => await cluster.FindAsync(new ObjectKey(TrainingKinds.JobSet, ns, run.ObjectName), Ct) is null, "the JobSet goes with its TrainJob");
    }

    [Fact]
    public async Task Run_ThatFailsOnANode_SaysTheExitCodeAndKeepsTheLog()
    {
        var id = await LaunchAsync("fails", "import sys\nprint('why', flush=True)\nsys.exit(3)");

        var run = await EndedAsync(id, WorkloadState.Failed);

        Assert.Equal(("pod.exit_code", 3), (run.Reason, run.ExitCode));
        Assert.Contains("why", await LogAsync(id), StringComparison.Ordinal);
    }

    private async Task<Guid> LaunchAsync(string name, string code)
    {
        var launched = await stage.Get<TrainingService>().LaunchAsync(
            stage.Scientist, new TrainingDraft(Guid.CreateVersion7(), stage.Project, name) { Code = code, Nodes = 2 }, Ct);
        Assert.True(launched.Succeeded, launched.Refusal?.Code);
        return launched.Value;
    }

    private async Task<TrainingRun> EndedAsync(Guid id, WorkloadState state)
    {
        await Eventually.TrueAsync(async () => (await RunAsync(id)).FinishedAt is not null, () => "the run ends");
        var run = await RunAsync(id);
        Assert.True(run.State == state, $"{run.State} {run.Reason} {await LogAsync(id)}");
        return run;
    }

    private async Task<TrainingRun> RunAsync(Guid id) => (await stage.Get<TrainingService>().GetAsync(stage.Scientist, id, Ct)).Value.Run;

    private async Task<string> NamespaceAsync()
    {
        await using var db = await stage.OpenAsync();
        return await db.Set<Project>().Where(p => p.Id == stage.Project).Select(p => p.Namespace).SingleAsync(Ct);
    }

    private async Task<string> LogAsync(Guid id) => (await stage.Get<TrainingLogs>().ReadAsync(stage.Scientist, id, Ct)).Value.Text;
}

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;
using Portal.Core.Tests.Notebooks;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Workloads;

public class WorkloadOutageTests(PostgresServer server)
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory, EachProvider]
    public async Task Pass_OnAClusterThatDoesNotAnswer_IsSaidOfNotebooksAndRuns(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        database.Get<WorkloadOptions>().PortalAddress = new Uri("http://portal:8080/");
        var (owner, project) = await NotebookServiceTests.ProjectAsync(database);
        var (notebook, run) = await LaunchAsync(database, owner, project);

        Assert.True((await PassAsync<Notebook>(database, notebook)).Failed);
        Assert.True((await PassAsync<TrainingRun>(database, run)).Failed);
        await using (var db = await database.OpenAsync())
            Assert.Equal("", (await db.Set<Notebook>().SingleAsync()).Reason);
        database.Clock.Advance(WorkloadOutage.Blink);
        Assert.True((await PassAsync<Notebook>(database, notebook)).Failed);
        Assert.True((await PassAsync<TrainingRun>(database, run)).Failed);

        await using var after = await database.OpenAsync();
        foreach (var row in new WorkloadRow[] { await after.Set<Notebook>().SingleAsync(), await after.Set<TrainingRun>().SingleAsync() })
            Assert.Equal((WorkloadState.Pending, "cluster.unavailable", "The cluster is not connected."), (row.State, row.Reason, row.ReasonDetail));
        Assert.Equal(
            ["workload.submitting", "cluster.unavailable"],
            await after.Set<TrainingStep>().OrderBy(s => s.Position).Select(s => s.Reason).ToListAsync());
    }

    [Theory]
    [InlineData(ClusterFailure.Unauthorized, WorkloadState.Attention, "cluster.unauthorized")]
    [InlineData(ClusterFailure.Forbidden, WorkloadState.Attention, "cluster.forbidden")]
    [InlineData(ClusterFailure.Unavailable, WorkloadState.Starting, "cluster.unavailable")]
    [InlineData(ClusterFailure.Throttled, WorkloadState.Starting, "cluster.throttled")]
    public void Failure_OfWhatStarts_IsItsReason(ClusterFailure failure, WorkloadState state, string reason)
    {
        var said = WorkloadOutage.Of(Row(WorkloadState.Starting), new ClusterException(failure, "no"), Now + WorkloadOutage.Blink);

        Assert.Equal((state, reason, "no"), (said!.State, said.Reason, said.Detail));
    }

    [Fact]
    public void Outage_OfABlink_IsNotSaidAndMissingRightsAre()
    {
        Assert.Null(WorkloadOutage.Of(Row(WorkloadState.Starting), new ClusterException(ClusterFailure.Unavailable, ""), Now));
        Assert.NotNull(WorkloadOutage.Of(Row(WorkloadState.Starting), new ClusterException(ClusterFailure.Unauthorized, ""), Now));
    }

    [Fact]
    public void Outage_OfWhatRuns_IsSaidOnlyWhereSomethingElseWasAskedFor()
    {
        var silent = new ClusterException(ClusterFailure.Unavailable, "");
        var runs = Row(WorkloadState.Running);

        Assert.Null(WorkloadOutage.Of(runs, silent, Now.AddHours(1)));
        Assert.Null(WorkloadOutage.Of(Row(WorkloadState.Attention), silent, Now.AddHours(1)));
        runs.Generation++;
        Assert.Equal(WorkloadState.Running, WorkloadOutage.Of(runs, silent, Now.AddHours(1))?.State);
    }

    private static Notebook Row(WorkloadState state) => new() { State = state, StateChangedAt = Now, IntentChangedAt = Now, ObservedGeneration = 1 };

    private static async Task<(Guid Notebook, Guid Run)> LaunchAsync(TestDatabase database, Actor owner, Guid project)
    {
        await using (var db = await database.OpenAsync())
            await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.State, ProjectState.Ready));
        var notebook = await database.Get<NotebookService>().LaunchAsync(owner, new NotebookDraft(Guid.CreateVersion7(), project, "explore"), default);
        var draft = new TrainingDraft(Guid.CreateVersion7(), project, "fraud") { Code = "print(1)" };
        return (notebook.Value, (await database.Get<TrainingService>().LaunchAsync(owner, draft, default)).Value);
    }

    private static Task<ReconcileResult> PassAsync<T>(TestDatabase database, Guid id) =>
        database.Services.GetServices<IReconciler>().Single(r => r.Kind == typeof(T).Name).ReconcileAsync(id, default);
}

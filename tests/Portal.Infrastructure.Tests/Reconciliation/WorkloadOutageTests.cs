using Microsoft.EntityFrameworkCore;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;
using Portal.Testing.Faults;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

/// <summary>A cluster that does not let the portal in any more, and then does again.</summary>
public class WorkloadOutageTests(PostgresServer server, EmbeddedCluster cluster)
{
    [Theory, EachProvider]
    public async Task RevokedCredentials_AreTheReasonOfWhatStartsAndPass(Provider provider)
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var world = await ProjectWorld.CreateAsync(provider, server, proxy.Kubeconfig);
        world.Database.Get<WorkloadOptions>().PortalAddress = new Uri("http://127.0.0.1:1/");
        await world.StartAsync();
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        proxy.Rule = _ => Fault.Answer(401, """{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}""");
        proxy.CutStreams();

        await world.Database.Get<NotebookService>().LaunchAsync(world.Ana, new NotebookDraft(Guid.CreateVersion7(), project.Id, "explore"), default);
        var draft = new TrainingDraft(Guid.CreateVersion7(), project.Id, "fraud") { Code = "print(1)" };
        await world.Database.Get<TrainingService>().LaunchAsync(world.Ana, draft, default);

        await Eventually.TrueAsync(async () => (await RowsAsync(world)).All(
            r => r is { State: WorkloadState.Attention, Reason: "cluster.unauthorized" }), "both say why they do not start");
        proxy.Rule = _ => Fault.None;

        await Eventually.TrueAsync(async () => (await RowsAsync(world)).All(
            r => r.ObservedGeneration > 0 && r.Reason != "cluster.unauthorized"), "both go on by themselves");
    }

    private static async Task<WorkloadRow[]> RowsAsync(ProjectWorld world)
    {
        await using var db = await world.Database.OpenAsync();
        return [await db.Set<Notebook>().AsNoTracking().SingleAsync(), await db.Set<TrainingRun>().AsNoTracking().SingleAsync()];
    }
}
